import { describe, it } from "vitest";
import { refusal, touch } from "../no-harm";
import {
  block,
  fixed,
  footerAt,
  handmade,
  headerAt,
  openBytes,
  seal,
  tableAt,
  utf16,
} from "./handmade";

const blocks = [
  block([true, false, true, true], 1),
  block([true, true, true, true, true, true, true, true], 9),
];
const locators = [{ code: "W2ru", bytes: utf16("base.vhd", "little") }];
const specimens = [
  { name: "fixed", bytes: fixed(new Uint8Array(5120).fill(7)) },
  { name: "dynamic", bytes: handmade({ table: [1, undefined, 0], blocks }) },
  {
    name: "differencing",
    bytes: handmade({ type: 4, table: [1, undefined, 0], blocks, locators }),
  },
];

/** Opens and reads what there is: an ImageError is as good as an answer, anything else is thrown. */
function expectNoHarm(bytes: Uint8Array): void {
  refusal(2 ** 20, () => touch(openBytes(bytes)));
}

const extremes = [0, 1, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];

describe.each(specimens)("a hostile $name VHD", ({ bytes }) => {
  it("is refused or read when cut off anywhere in its structures", () => {
    for (let length = 0; length < 2600; length += 3) expectNoHarm(bytes.subarray(0, length));
    for (let less = 0; less <= 1100; less += 3)
      expectNoHarm(bytes.subarray(0, bytes.length - less));
  });

  it("does no harm with any field at its extremes, right checksums included", () => {
    const end = bytes.length - 512;
    const places = [
      ...fieldsFrom(0, 96),
      ...fieldsFrom(512, 64),
      ...fieldsFrom(512 + headerAt.locators, 48),
      // Table and first bitmap.
      ...fieldsFrom(tableAt, 16),
      ...fieldsFrom(tableAt + 512, 8),
      ...fieldsFrom(end, 96),
    ].filter((at) => at + 4 <= bytes.length);
    for (const at of places)
      for (const value of extremes) {
        const copy = bytes.slice();
        const view = new DataView(copy.buffer);
        view.setUint32(at, value);
        expectNoHarm(copy);
        // The other footer says the same, or no reader would believe this one.
        if (at >= end) copy.copyWithin(0, end);
        seal(copy.subarray(0, 512), footerAt.checksum);
        seal(copy.subarray(end), footerAt.checksum);
        seal(copy.subarray(512, tableAt), headerAt.checksum);
        expectNoHarm(copy);
      }
  });
});

function fieldsFrom(at: number, length: number): number[] {
  return Array.from({ length: length / 4 }, (_, index) => at + index * 4);
}
