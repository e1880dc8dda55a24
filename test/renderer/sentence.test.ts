import { expect, it } from "vitest";
import { sentences } from "../../renderer/text/sentence";

it.each([
  [["too short"], "too short."],
  [["It is there already.", "Choose another name"], "It is there already. Choose another name."],
  [["Really?", undefined], "Really?"],
  [[undefined, ""], ""],
])("makes whole sentences of %o", (parts, text) => {
  expect(sentences(...parts)).toBe(text);
});
