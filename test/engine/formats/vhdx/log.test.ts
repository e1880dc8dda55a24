import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { vhdx } from "../../../../electron/engine/formats/vhdx";
import { closedGate } from "../../../../electron/engine/image/gate";
import { memorySource } from "../../../../electron/engine/io/memory";
import type { ByteTarget } from "../../../../electron/engine/io/source";
import { expectBytes } from "../../../helpers/bytes";
import { describeWithQemu, qemuImg, runOracle } from "../../../helpers/qemu-img";
import { random, runSeed } from "../../../helpers/seed";
import { tempFolder } from "../../../helpers/temp-folder";
import { changeHeader, entry, filled, guids, handmade, MiB, open, places, read } from "./handmade";
import {
  entryBytes,
  putInLog,
  sector,
  writeLog,
  type Change,
  type EntryParts,
} from "./log-entries";

const inLog = places.logLength / sector;

/** A disk whose blocks 0 to 3 are data, full of 1, 2, 3 and 4; its log is to be replayed. */
function dirty(): ByteTarget {
  const bat = Object.fromEntries([0, 1, 2, 3].map((n) => [n, entry(6, 8 + n)]));
  const target = handmade({ bat, logGuid: guids.log, fileSize: 16 * MiB });
  for (let n = 0; n < 4; n += 1) target.write((8 + n) * MiB, filled(MiB, n + 1));
  return target;
}

/** The change that makes a sector of the file full of `value`. */
const full = (at: number, value: number): Change => ({ at, bytes: filled(sector, value) });
/** The first byte of the disk's first sectors. */
const firsts = (target: ByteTarget, count: number): number[] => {
  const image = open(target);
  return Array.from({ length: count }, (_, n) => read(image, n * sector, 1)[0]!);
};
const replayedEntries = (target: ByteTarget): unknown =>
  vhdx.open(target, closedGate).facts.details.find(({ name }) => name === "log entries replayed")
    ?.value;

describe("a log", () => {
  it("is replayed in memory before anything is read", () => {
    // Block 4 is in the table only after the replay, and the disk has another size.
    const bat = new Uint8Array(sector);
    const items = new Uint8Array(sector);
    const target = dirty();
    target.read(places.bat, bat);
    target.read(places.items, items);
    new DataView(bat.buffer).setBigUint64(4 * 8, entry(6, 12), true);
    new DataView(items.buffer).setBigUint64(64, BigInt(6 * MiB), true);
    target.write(12 * MiB, filled(MiB, 5));
    const changes = [
      { at: places.bat, bytes: bat },
      { at: places.items, bytes: items },
    ];
    writeLog(target, { sequenceNumber: 9, at: 0, changes });
    const before = read(target, 0, target.size);
    const image = open(target);
    expect(image.size).toBe(6 * MiB);
    expectBytes(read(image, 4 * MiB, MiB), filled(MiB, 5));
    expect(image.layers[0]?.facts.dirty).toBe(true);
    expectBytes(read(target, 0, target.size), before);
    expect(target.size).toBe(before.length);
  });

  it("gives each sector's first 8 and last 4 bytes in the descriptor", () => {
    const bytes = Uint8Array.from({ length: sector }, (_, at) => at * 7 + 1);
    const target = writeLog(dirty(), {
      sequenceNumber: 2 ** 33 + 5,
      at: 3,
      changes: [full(8 * MiB + sector, 0xee), { at: 8 * MiB, bytes }],
    });
    const image = open(target);
    expectBytes(read(image, 0, sector), bytes);
    expectBytes(read(image, sector, sector), filled(sector, 0xee));
    expectBytes(read(image, 2 * sector, sector), filled(sector, 1));
  });

  it("can make stretches of any length zero", () => {
    const target = writeLog(dirty(), {
      sequenceNumber: 1,
      at: 0,
      changes: [{ at: 8 * MiB + sector, zeros: 2 * MiB }],
    });
    const image = open(target);
    const expected = filled(4 * MiB, 1);
    for (let n = 1; n < 4; n += 1) expected.fill(n + 1, n * MiB, (n + 1) * MiB);
    expected.fill(0, sector, sector + 2 * MiB);
    expectBytes(read(image, 0, 4 * MiB), expected);
  });

  it("has more than 126 descriptors in further sectors", () => {
    const changes = Array.from({ length: 200 }, (_, n) =>
      full(8 * MiB + n * sector, 100 + (n % 100)),
    );
    const target = writeLog(dirty(), { sequenceNumber: 1, at: 0, changes });
    expect(firsts(target, 201)).toEqual([...changes.map((_, n) => 100 + (n % 100)), 1]);
  });

  it("makes the file longer", () => {
    const bat = read(dirty(), places.bat, sector);
    new DataView(bat.buffer).setBigUint64(5 * 8, entry(6, 20), true);
    const changes = [{ at: places.bat, bytes: bat }, full(20 * MiB, 9)];
    const target = (lastFileOffset: number): ByteTarget =>
      writeLog(dirty(), { sequenceNumber: 1, at: 0, changes, lastFileOffset });
    const image = open(target(21 * MiB));
    const expected = new Uint8Array(MiB).fill(9, 0, sector);
    expectBytes(read(image, 5 * MiB, MiB), expected);
    expect(() => read(open(target(20 * MiB)), 5 * MiB, 1)).toThrow(
      expect.objectContaining({ code: "invalid-table" }),
    );
  });

  it("of nothing changes nothing", () => {
    const target = writeLog(dirty(), { sequenceNumber: 5, at: 7 });
    expect(firsts(target, 2)).toEqual([1, 1]);
    expect(replayedEntries(target)).toBe(1);
  });
});

describe("the active sequence", () => {
  const at = (n: number, value: number): { changes: Change[] } => ({
    changes: [full(8 * MiB + n * sector, value)],
  });

  it("is replayed in order, the later entries over the earlier ones", () => {
    const target = writeLog(
      dirty(),
      { sequenceNumber: 5, at: 0, ...at(0, 10) },
      {
        sequenceNumber: 6,
        at: 2,
        tail: 0,
        changes: [full(8 * MiB, 11), full(8 * MiB + sector, 12)],
      },
      { sequenceNumber: 7, at: 5, tail: 0, changes: [{ at: 8 * MiB + sector, zeros: 2 * sector }] },
      { sequenceNumber: 8, at: 6, tail: 0, ...at(2, 13) },
    );
    expect(firsts(target, 4)).toEqual([11, 0, 13, 1]);
    expect(replayedEntries(target)).toBe(4);
  });

  it(`makes changes that overlap at any byte in turn (seed ${runSeed})`, () => {
    const r = random(runSeed);
    const target = dirty();
    const model = read(target, 8 * MiB, 4 * MiB);
    const changes = Array.from({ length: 150 }, (_, nth): Change => {
      const at = r.between(0, 60_000);
      const made = r.chance(0.4) ? filled(sector, 1 + nth) : new Uint8Array(r.between(0, 10_000));
      model.set(made, at);
      const place = { at: 8 * MiB + at };
      return made[0] ? { ...place, bytes: made } : { ...place, zeros: made.length };
    });
    const parts = { sequenceNumber: 5, at: 0, changes: changes.slice(0, 100) };
    const at = entryBytes(parts).length / sector;
    writeLog(target, parts, { sequenceNumber: 6, at, tail: 0, changes: changes.slice(100) });
    expectBytes(read(open(target), 0, 4 * MiB), model);
  });

  it("begins where its head says, not earlier", () => {
    const target = writeLog(
      dirty(),
      { sequenceNumber: 5, at: 0, ...at(0, 10) },
      { sequenceNumber: 6, at: 2, tail: 2, ...at(1, 11) },
      { sequenceNumber: 7, at: 4, tail: 2, ...at(2, 12) },
    );
    expect(firsts(target, 3)).toEqual([1, 11, 12]);
  });

  it("may go past the end of the log to its beginning, even within an entry", () => {
    for (const end of [inLog - 2, inLog - 1]) {
      const target = writeLog(
        dirty(),
        { sequenceNumber: 5, at: end - 2, ...at(0, 10) },
        { sequenceNumber: 6, at: end, tail: end - 2, ...at(1, 11) },
        { sequenceNumber: 7, at: end + 2 - inLog, tail: end - 2, ...at(2, 12) },
      );
      expect(firsts(target, 4)).toEqual([10, 11, 12, 1]);
    }
  });

  it("is the one with the highest numbers", () => {
    for (const [a, b] of [
      [5, 50],
      [50, 5],
    ] as const) {
      const target = writeLog(
        dirty(),
        { sequenceNumber: a, at: 0, ...at(0, a) },
        { sequenceNumber: b, at: 2, ...at(0, b) },
      );
      expect(firsts(target, 1)).toEqual([50]);
    }
  });

  it("ends before an entry that is torn", () => {
    const torn: EntryParts = { sequenceNumber: 7, at: 4, tail: 0, ...at(2, 12) };
    const whole = entryBytes(torn);
    for (const byte of [4, 100, sector + 100, 2 * sector - 1]) {
      const target = writeLog(
        dirty(),
        { sequenceNumber: 5, at: 0, ...at(0, 10) },
        { sequenceNumber: 6, at: 2, tail: 0, ...at(1, 11) },
      );
      const bytes = whole.slice();
      bytes[byte]! ^= 0x10;
      putInLog(target, 4, bytes);
      expect(firsts(target, 3)).toEqual([10, 11, 1]);
    }
  });

  it("has only entries of the log's GUID, one after the other", () => {
    const target = writeLog(
      dirty(),
      { sequenceNumber: 5, at: 0, ...at(0, 10) },
      { sequenceNumber: 6, at: 2, tail: 0, ...at(0, 11), logGuid: guids.bat },
      { sequenceNumber: 7, at: 4, tail: 0, ...at(0, 12) },
    );
    expect(firsts(target, 1)).toEqual([10]);
  });

  it("must reach back to the tail of its head", () => {
    // What its beginning stood on was overwritten: the older sequence is the one that counts.
    const target = writeLog(
      dirty(),
      { sequenceNumber: 5, at: 0, ...at(0, 10) },
      { sequenceNumber: 70, at: 20, tail: 9, ...at(0, 11) },
    );
    expect(firsts(target, 1)).toEqual([10]);
  });

  it.each([
    ["no entry", () => dirty()],
    [
      "entries of another GUID",
      () => writeLog(dirty(), { sequenceNumber: 1, at: 0, logGuid: guids.bat }),
    ],
    ["an entry without a number", () => writeLog(dirty(), { sequenceNumber: 0, at: 0 })],
  ])("must be there: %s is refused", (_, target) => {
    expect(() => open(target())).toThrow(
      expect.objectContaining({ code: "corrupt-data", at: places.log }),
    );
  });

  it("asks for the file's length by its head alone", () => {
    const target = (first: number, head: number): ByteTarget =>
      writeLog(
        dirty(),
        { sequenceNumber: 5, at: 0, ...at(0, 10), flushedFileOffset: first },
        { sequenceNumber: 6, at: 2, tail: 0, ...at(1, 11), flushedFileOffset: head },
      );
    expect(firsts(target(2 ** 40, 16 * MiB), 2)).toEqual([10, 11]);
    expect(() => open(target(0, 16 * MiB + 1))).toThrow(
      expect.objectContaining({ code: "truncated", found: 16 * MiB }),
    );
  });
});

describe("a hostile log", () => {
  it.each([
    ["past 64 MiB", 68, 128 * MiB, "limit"],
    ["past the file's end", 68, 64 * MiB, "truncated"],
    ["of no bytes", 68, 0, "corrupt-data"],
  ])("%s is refused", (_, field, value, code) => {
    const target = dirty();
    for (const index of [0, 1] as const)
      changeHeader(target, index, (put) => put.u32(field, value));
    expect(() => open(target)).toThrow(expect.objectContaining({ code }));
  });

  // Walking through all that a change covers, for each, would take minutes, and a stack of its own.
  it.each([1, 32768])("of as many changes as are taken, %i of them over all places", (wide) => {
    const target = handmade({ bat: { 0: entry(6, 8) }, logGuid: guids.log, fileSize: 16 * MiB });
    target.write(8 * MiB, filled(MiB, 7));
    for (const index of [0, 1] as const)
      changeHeader(target, index, (put) => {
        put.u32(68, 4 * MiB);
        put.u64(72, 12 * MiB);
      });
    const changes = Array.from({ length: 65535 }, (_, nth): Change =>
      nth < wide ? { at: 8 * MiB, zeros: 2 * MiB } : { at: 8 * MiB + (nth - wide) * 20, zeros: 10 },
    );
    target.write(12 * MiB, entryBytes({ sequenceNumber: 1, at: 0, changes }));
    expectBytes(read(open(target), 0, MiB), filled(MiB, 0));
  });

  it("whose every sector claims all of it is refused before long", () => {
    const target = dirty();
    const head = entryBytes({ sequenceNumber: 1, at: 0 });
    new DataView(head.buffer).setUint32(8, places.logLength, true);
    for (let at = 0; at < inLog; at += 1) putInLog(target, at, head);
    expect(() => open(target)).toThrow(expect.objectContaining({ code: "limit" }));
  });

  it("with too much to do is refused", () => {
    const zeros = Array.from({ length: 17_000 }, (_, n) => ({ at: n * 8192, zeros: sector }));
    const length = entryBytes({ sequenceNumber: 1, at: 0, changes: zeros }).length / sector;
    // 2 MiB of log, which reaches over the metadata: they are not looked at any more.
    const target = dirty();
    for (const index of [0, 1] as const)
      changeHeader(target, index, (put) => {
        put.u32(68, 4 * MiB);
        put.u64(72, 12 * MiB);
      });
    for (let n = 0; n < 4; n += 1) {
      const bytes = entryBytes({ sequenceNumber: n + 1, at: n * length, tail: 0, changes: zeros });
      target.write(12 * MiB + n * bytes.length, bytes);
    }
    expect(() => open(target)).toThrow(expect.objectContaining({ code: "limit" }));
  });

  it.each([
    ["the file's end past 2^53", { lastFileOffset: 2n ** 60n }],
    ["a place past 2^53", { changes: [{ at: 2n ** 60n, zeros: 1 }] }],
    ["a length past 2^53", { changes: [{ at: 0, zeros: 2n ** 60n }] }],
  ])("with %s is refused", (_, parts) => {
    const bytes = entryBytes({ sequenceNumber: 1, at: 0, ...parts });
    const target = dirty();
    putInLog(target, 0, bytes);
    expect(() => open(target)).toThrow(expect.objectContaining({ code: "limit" }));
  });
});

describeWithQemu("replayed by qemu-img", () => {
  // Logs that end before the log's end: of one that goes past it, qemu-img 7.2 may leave the first
  // entries out, though the last one names them as its tail.
  it.each([1, 2, 3])("comes to the same disk (seed %i)", (seed) => {
    const r = random(seed);
    const path = join(tempFolder(), "dirty.vhdx");
    for (let turn = 0; turn < 5; turn += 1) {
      const first = r.between(0, inLog - 12 * 7);
      const entries: EntryParts[] = [];
      let next = first;
      for (let n = 0; n < 12; n += 1) {
        const changes = Array.from({ length: r.between(1, 6) }, (): Change => {
          const at = 8 * MiB + r.between(0, 8) * sector;
          const bytes = new Uint8Array(sector);
          r.fill(bytes);
          return r.chance(0.7) ? { at, bytes } : { at, zeros: r.between(1, 4) * sector };
        });
        const parts = { sequenceNumber: 100 + n, at: next % inLog, tail: first, changes };
        entries.push({ ...parts, flushedFileOffset: 16 * MiB, lastFileOffset: 16 * MiB });
        next += entryBytes(parts).length / sector;
      }
      const target = writeLog(dirty(), ...entries);
      writeFileSync(path, read(target, 0, target.size));
      const image = open(memorySource(new Uint8Array(readFileSync(path))));
      const ours = read(image, 0, image.size);
      // It replays only when it may write.
      expect(runOracle("qemu-img", ["check", "-f", "vhdx", "-r", "all", path]).status).toBe(0);
      const plain = `${path}.raw`;
      qemuImg(["convert", "-f", "vhdx", "-O", "raw", path, plain]);
      expectBytes(ours, readFileSync(plain));
    }
  });
});
