import { expect, it } from "vitest";
import { vmdkResize } from "../../../../electron/engine/formats/vmdk/resize";
import { recordingTarget } from "../../change/recording";
import { descriptorText } from "./handmade";
import { imageErrorOf } from "./opened";

const how = {
  shrink: false,
  preallocation: "off",
  baseSize: 0,
  read: () => expect.unreachable("nothing is to be read"),
  changeExtent: () => expect.unreachable("no extent is to be opened"),
} as const;

it("a flat disk does not grow where its descriptor's size is not written in single bytes", () => {
  const text = `\ufeff${descriptorText(['RW 4 FLAT "a.bin" 0'])}`;
  const { file, steps } = recordingTarget(Buffer.from(text, "utf16le"));
  expect(imageErrorOf(() => vmdkResize.run(file, 4096, how))).toMatchObject({
    code: "unsupported",
    expected: "RW 4 FLAT",
  });
  expect(steps).toEqual([]);
});
