import { expect, it } from "vitest";
import { sentences } from "../../renderer/text/sentence";

it.each([
  [["too short"], "too short."],
  [["It is there already.", "Choose another name"], "It is there already. Choose another name."],
  [["Really?", undefined], "Really?"],
  [["缺少口令", "请输入口令。", "重试"], "缺少口令。请输入口令。重试。"],
  [["/vm/磁盘.qcow2 ends too early"], "/vm/磁盘.qcow2 ends too early."],
  [[undefined, ""], ""],
])("makes whole sentences of %o", (parts, text) => {
  expect(sentences(...parts)).toBe(text);
});
