import { describe, expect, it } from "vitest";
import { ImageError } from "../../../../electron/engine/errors";
import { refusal, touch } from "../no-harm";
import { free, handmade, numbered, openBytes, zero } from "./handmade";

const block = 1024;
const specimens = ([0, 1] as const).map((version) => ({
  version,
  bytes: handmade({
    version,
    map: [1, free, zero, 0, 2, free],
    cbBlock: block,
    data: numbered(3, block),
  }),
}));

/** Opens and reads what there is: an ImageError is as good as an answer, anything else is thrown. */
function expectNoHarm(bytes: Uint8Array): void {
  refusal(2 ** 20, () => touch(openBytes(bytes)));
}

const extremes = [0, 1, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];

describe.each(specimens)("a hostile VDI of version $version", ({ bytes }) => {
  it("is refused with an ImageError when cut off anywhere in header and map", () => {
    for (let length = 0; length < 700; length += 1) {
      const cut = bytes.subarray(0, length);
      expectNoHarm(cut);
      if (length < 420) expect(() => openBytes(cut)).toThrow(ImageError);
    }
  });

  it("does no harm with any field at its extremes", () => {
    for (let from = 0; from < 536; from += 2)
      for (const value of extremes) {
        const copy = bytes.slice();
        new DataView(copy.buffer).setUint32(from, value, true);
        expectNoHarm(copy);
      }
  });
});
