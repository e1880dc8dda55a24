import { describe, expect, it } from "vitest";
import type { ImageError } from "../../../../electron/engine/errors";
import { random, runSeed } from "../../../helpers/seed";
import { readThrough, refusal } from "../no-harm";
import { handmade, openBytes, sector } from "./handmade";

const magics = ["WithoutFreeSpace", "WithouFreSpacExt"] as const;

function specimen(magic: (typeof magics)[number]): Uint8Array {
  const unit = magic === "WithoutFreeSpace" ? 4 : 1;
  const bat = [2, 0, 1, 3, 5].map((entry) => entry * unit);
  return handmade({ magic, bat, sectors: 19, clusters: { 4: 1, 8: 2, 12: 3, 20: 5 } });
}

/** What opening and reading everything comes to: undefined when it works. Anything but an ImageError is thrown. */
function expectReadOrRefused(bytes: Uint8Array): ImageError | undefined {
  return refusal(2 ** 20, () => readThrough(openBytes(bytes), 64 * sector));
}

const extremes = [0n, 1n, 0x7fn, 0xffn, 2n ** 31n, 2n ** 32n - 1n];
const wideExtremes = [2n ** 32n, 2n ** 44n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n];

const fields: readonly (readonly [string, number, 4 | 8])[] = [
  ["version", 16, 4],
  ["heads", 20, 4],
  ["cylinders", 24, 4],
  ["tracks", 28, 4],
  ["nb_bat_entries", 32, 4],
  ["nb_sectors", 36, 8],
  ["in_use", 44, 4],
  ["data_off", 48, 4],
  ["flags", 52, 4],
  ["ext_off", 56, 8],
  ["a BAT entry", 64, 4],
];

describe.each(magics)("a hostile %s", (magic) => {
  it("reads when it is whole", () => {
    expect(expectReadOrRefused(specimen(magic))).toBeUndefined();
  });

  it.each(fields)("with %s at its extremes is read or refused", (_, at, width) => {
    const whole = specimen(magic);
    const length = BigInt(whole.length);
    const values = [...extremes, length - 1n, length, length + 1n];
    if (width === 8) values.push(...wideExtremes);
    for (const value of values) {
      const bytes = whole.slice();
      const field = new Uint8Array(8);
      new DataView(field.buffer).setBigUint64(0, value, true);
      bytes.set(field.subarray(0, width), at);
      expectReadOrRefused(bytes);
    }
  });

  it("with any byte of its tables changed is read or refused", () => {
    const whole = specimen(magic);
    let refused = 0;
    for (let at = 0; at < 84; at += 1)
      for (const value of [0x00, 0x01, 0x7f, 0x80, 0xff]) {
        const bytes = whole.slice();
        bytes[at] = value;
        if (expectReadOrRefused(bytes) !== undefined) refused += 1;
      }
    expect(refused).toBeGreaterThan(100);
  });

  it(`with random bytes changed is read or refused (seed ${runSeed})`, () => {
    const r = random(runSeed);
    const whole = specimen(magic);
    for (let turn = 0; turn < 500; turn += 1) {
      const bytes = whole.slice();
      for (let changes = r.between(1, 8); changes > 0; changes -= 1)
        bytes[r.between(16, 84)] = r.between(0, 256);
      expectReadOrRefused(bytes);
    }
  });

  it("cut off anywhere tells that it is", () => {
    const whole = specimen(magic);
    // The last cluster's last sector is past the disk's end.
    const end = whole.length - sector;
    for (let length = 0; length < end; length += 4) {
      const error = expectReadOrRefused(whole.subarray(0, length));
      expect(["not-this-format", "truncated", "invalid-table"], `${length}`).toContain(error?.code);
    }
    expect(expectReadOrRefused(whole.subarray(0, end))).toBeUndefined();
  });
});
