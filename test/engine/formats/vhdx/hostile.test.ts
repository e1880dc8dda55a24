import { expect, it, describe } from "vitest";
import { ImageError } from "../../../../electron/engine/errors";
import type { ByteTarget } from "../../../../electron/engine/io/source";
import { random, runSeed } from "../../../helpers/seed";
import { withinAllocation } from "../../conformance/allocation-watch";
import {
  change,
  entry,
  filled,
  guids,
  handmade,
  MiB,
  open,
  places,
  read,
  sealed,
} from "./handmade";
import { entryBytes, sector } from "./log-entries";

/** A differencing disk with all kinds of blocks, and a log that changes one of its sectors. */
function specimen(): ByteTarget {
  const target = handmade({
    flags: 2,
    logGuid: guids.log,
    parentLocator: { relative_path: ".\\base.vhdx", parent_linkage: "{x}" },
    bat: { 0: entry(6, 8), 1: entry(7, 9), 2: entry(2), 3: entry(6, 10), 4096: entry(6, 11) },
    fileSize: 12 * MiB,
  });
  target.write(11 * MiB, filled(512, 0x55));
  const changes = [
    { at: 8 * MiB, bytes: filled(sector, 3) },
    { at: 9 * MiB, zeros: sector },
  ];
  target.write(places.log, entryBytes({ sequenceNumber: 1, at: 0, changes }));
  return target;
}

/** What opening and using it comes to: undefined when it works. Anything but an ImageError is thrown. */
function expectUsedOrRefused(target: ByteTarget): ImageError | undefined {
  try {
    // A log that is replayed may be as long as the file.
    withinAllocation(12 * MiB, () => {
      const image = open(target);
      const piece = new Uint8Array(Math.min(image.size, 64 * 1024));
      for (const at of [0, MiB, 2 * MiB, 3 * MiB, image.size - piece.length])
        if (at >= 0 && at + piece.length <= image.size) image.read(at, piece);
      let left = 100;
      let end = 0;
      for (const { at, run } of image.extents()) {
        expect(at).toBe(end);
        end += run.length;
        left -= 1;
        if (left === 0) return;
      }
      expect(end).toBe(image.size);
    });
    return undefined;
  } catch (error) {
    if (error instanceof ImageError) return error;
    throw error;
  }
}

const extremes = [0n, 1n, 0x7fn, 0xffn, 2n ** 16n - 1n, 2n ** 31n, 2n ** 32n - 1n];
const wideExtremes = [2n ** 32n, 2n ** 46n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n];

/** Fields by where their structure lies, its length when it has a checksum, and where they lie in it. */
const fields: readonly (readonly [string, number, number, number, 2 | 4 | 8])[] = [
  ["LogVersion", places.headers[1], 4096, 64, 2],
  ["Version", places.headers[1], 4096, 66, 2],
  ["LogLength", places.headers[1], 4096, 68, 4],
  ["LogOffset", places.headers[1], 4096, 72, 8],
  ["region EntryCount", places.regionTables[0], 65536, 8, 4],
  ["BAT FileOffset", places.regionTables[0], 65536, 32, 8],
  ["BAT Length", places.regionTables[0], 65536, 40, 4],
  ["metadata FileOffset", places.regionTables[0], 65536, 64, 8],
  ["metadata Length", places.regionTables[0], 65536, 72, 4],
  ["metadata EntryCount", places.metadata, 0, 10, 2],
  ["item Offset", places.metadata, 0, 32 + 16, 4],
  ["item Length", places.metadata, 0, 32 + 20, 4],
  ["item flags", places.metadata, 0, 32 + 24, 4],
  ["locator Offset", places.metadata, 0, 32 + 5 * 32 + 16, 4],
  ["locator Length", places.metadata, 0, 32 + 5 * 32 + 20, 4],
  ["BlockSize", places.items, 0, 0, 4],
  ["file parameters' flags", places.items, 0, 4, 4],
  ["VirtualDiskSize", places.items, 0, 64, 8],
  ["LogicalSectorSize", places.items, 0, 3 * 64, 4],
  ["PhysicalSectorSize", places.items, 0, 4 * 64, 4],
  ["KeyValueCount", places.items, 0, 5 * 64 + 18, 2],
  ["KeyOffset", places.items, 0, 5 * 64 + 20, 4],
  ["ValueOffset", places.items, 0, 5 * 64 + 24, 4],
  ["KeyLength", places.items, 0, 5 * 64 + 28, 2],
  ["ValueLength", places.items, 0, 5 * 64 + 30, 2],
  ["BAT entry", places.bat, 0, 0, 8],
  ["BAT entry of a partly present block", places.bat, 0, 8, 8],
  ["BAT entry of a sector bitmap", places.bat, 0, 4096 * 8, 8],
  ["log EntryLength", places.log, 3 * sector, 8, 4],
  ["log Tail", places.log, 3 * sector, 12, 4],
  ["log SequenceNumber", places.log, 3 * sector, 16, 8],
  ["log DescriptorCount", places.log, 3 * sector, 24, 4],
  ["log FlushedFileOffset", places.log, 3 * sector, 48, 8],
  ["log LastFileOffset", places.log, 3 * sector, 56, 8],
  ["log descriptor's FileOffset", places.log, 3 * sector, 64 + 16, 8],
  ["log zero descriptor's ZeroLength", places.log, 3 * sector, 96 + 8, 8],
];

function put(target: ByteTarget, at: number, width: number, value: bigint): void {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value, true);
  target.write(at, bytes.subarray(0, width));
}

/** As `change`, for entries of the log, whose length it is to have. */
function resealLog(target: ByteTarget, length: number): void {
  target.write(places.log, sealed(read(target, places.log, length)));
}

describe("a hostile image", () => {
  it("reads when it is whole", () => {
    expect(expectUsedOrRefused(specimen())).toBeUndefined();
    // The log's entry must be one that counts, or its fields would not matter.
    expect(open(specimen()).layers[0]?.facts.dirty).toBe(true);
  });

  it.each(fields)("with %s at its extremes is used or refused", (_, base, length, at, width) => {
    const values = [...extremes, BigInt(12 * MiB - 1), BigInt(12 * MiB), BigInt(12 * MiB + 1)];
    if (width === 8) values.push(...wideExtremes);
    for (const value of values) {
      const target = specimen();
      put(target, base + at, width, value);
      if (base === places.log) resealLog(target, length - sector);
      else if (length > 0) change(target, base, length, () => {});
      expectUsedOrRefused(target);
    }
  });

  it(`with random bytes changed in its structures is used or refused (seed ${runSeed})`, () => {
    const r = random(runSeed);
    let refused = 0;
    for (let turn = 0; turn < 600; turn += 1) {
      const target = specimen();
      for (let changes = r.between(1, 6); changes > 0; changes -= 1) {
        const [base, span] = r.pick([
          [places.headers[1], 80],
          [places.regionTables[0], 80],
          [places.metadata, 224],
          [places.items, 512],
          [places.bat, 64],
          [places.bat + 4096 * 8, 8],
          [places.log, 128],
        ] as const);
        target.write(base + r.between(0, span), Uint8Array.of(r.between(0, 256)));
      }
      change(target, places.headers[1], 4096, () => {});
      change(target, places.regionTables[0], 65536, () => {});
      resealLog(target, 2 * sector);
      if (expectUsedOrRefused(target) !== undefined) refused += 1;
    }
    expect(refused).toBeGreaterThan(100);
  });

  it("cut off anywhere is refused, or still there", () => {
    const ends = [0, 7, 8, 520, 12 * MiB - 1];
    for (const at of [
      ...places.headers,
      ...places.regionTables,
      places.log,
      places.metadata,
      places.items,
      places.bat,
    ])
      ends.push(at - 1, at, at + 1, at + 16, at + 4095, at + 65535);
    for (const end of ends) {
      const target = specimen();
      target.truncate(end);
      const error = expectUsedOrRefused(target);
      expect(error !== undefined || end > places.bat, `cut at ${end}`).toBe(true);
    }
  });
});
