import { expect, it } from "vitest";
import { formatModels } from "../../electron/engine";
import { choiceText } from "../../renderer/text/choice-text";
import { english as t } from "../helpers/english";

it.each([
  ["qcow2", "Thin"],
  ["raw", "Thin"],
  ["vpc", "Thick, sparse"],
  ["vmdk", "Thick, sparse"],
])("a %s image of which no space is taken at once is called %s", (format, expected) => {
  const options = formatModels().find(({ id }) => id === format)?.options ?? [];
  const preallocation = options.find(({ name }) => name === "preallocation")!;
  expect(choiceText(preallocation, "off", t)).toBe(expected);
  expect(choiceText(preallocation, "full", t)).toBe("Thick, eager zeroed");
});
