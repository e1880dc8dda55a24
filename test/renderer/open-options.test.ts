import { expect, it } from "vitest";
import { formatModels } from "../../electron/engine";
import { isOpen, withoutClosed } from "../../renderer/state/open-options";
import type { OptionValues } from "../../shared/model/format";

const specs = formatModels().find(({ id }) => id === "vmdk")?.options ?? [];
const preallocation = specs.find(({ name }) => name === "preallocation")!;

it.each<[string | undefined, boolean]>([
  [undefined, false],
  ["monolithicSparse", false],
  ["streamOptimized", false],
  ["monolithicFlat", true],
  ["twoGbMaxExtentFlat", true],
])("space can be reserved for a VMDK of subformat %s: %s", (subformat, expected) => {
  const chosen: OptionValues = subformat === undefined ? {} : { subformat };
  expect(isOpen(preallocation, specs, chosen)).toBe(expected);
  const asked = { ...chosen, adapter_type: "lsilogic", preallocation: "falloc" };
  expect(withoutClosed(specs, asked)).toEqual(
    expected ? asked : { ...chosen, adapter_type: "lsilogic" },
  );
});
