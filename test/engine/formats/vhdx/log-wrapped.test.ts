import { expect, it } from "vitest";
import { expectBytes } from "../../../helpers/bytes";
import { random, runSeed, type Random } from "../../../helpers/seed";
import { entry, filled, guids, handmade, MiB, open, places, read } from "./handmade";
import { entryBytes, putInLog, sector, type Change, type EntryParts } from "./log-entries";

// qemu-img 7.2 is no oracle for logs that go past their end: here the specification alone is
// ([MS-VHDX] 2.3.2 and 2.3.3), and a plain array.

const inLog = places.logLength / sector;
const dataAt = 8 * MiB;
const diskSize = 4 * MiB;

/** An entry with one to five changes of the disk's data. */
function randomEntry(r: Random, sequenceNumber: number, at: number, tail: number): EntryParts {
  const changes = Array.from({ length: r.between(1, 6) }, (): Change => {
    const place = dataAt + r.between(0, 12) * sector;
    const bytes = new Uint8Array(sector);
    r.fill(bytes);
    return r.chance(0.7) ? { at: place, bytes } : { at: place, zeros: r.between(1, 4) * sector };
  });
  const fileSize = 16 * MiB;
  return {
    sequenceNumber,
    at,
    tail,
    changes,
    flushedFileOffset: fileSize,
    lastFileOffset: fileSize,
  };
}

/** `count` entries one behind the other from sector `first` on, round the end of the log. */
function randomRun(
  r: Random,
  from: number,
  count: number,
  first: number,
  tailEntry = 0,
): EntryParts[] {
  const entries: EntryParts[] = [];
  let next = first;
  for (let n = 0; n < count; n += 1) {
    // Entries tell where the sequence began when they were written.
    const tail = entries[Math.min(tailEntry, n)]?.at ?? next % inLog;
    const parts = randomEntry(r, from + n, next % inLog, tail);
    entries.push(parts);
    next += entryBytes(parts).length / sector;
  }
  return entries;
}

/** What the changes make of the disk. */
function apply(disk: Uint8Array, { changes = [] }: EntryParts): void {
  for (const change of changes) {
    const at = Number(change.at) - dataAt;
    if ("bytes" in change) disk.set(change.bytes, at);
    else disk.fill(0, at, at + Number(change.zeros));
  }
}

it.each([0, 1, 2, 3])(
  `a log that goes past its end is replayed from its tail to its head (seed ${runSeed} + %i)`,
  (turn) => {
    const r = random(runSeed + turn);
    for (let round = 0; round < 8; round += 1) {
      const bat = Object.fromEntries([0, 1, 2, 3].map((n) => [n, entry(6, 8 + n)]));
      const target = handmade({ bat, logGuid: guids.log, fileSize: 16 * MiB, size: diskSize });
      const expected = new Uint8Array(diskSize);
      for (let n = 0; n < 4; n += 1) expected.fill(n + 1, n * MiB, (n + 1) * MiB);
      target.write(dataAt, expected);
      expect(read(target, dataAt, 1)).toEqual(filled(1, 1));

      // What an earlier turn round the log has left, with the same GUID and lower numbers.
      for (const old of randomRun(r, 1, 30, r.between(0, inLog)))
        putInLog(target, old.at, entryBytes(old));
      const done = r.between(0, 5);
      // Begins so near to the end that the 14 entries, of 2 sectors or more, cannot all lie before it.
      const entries = randomRun(r, 1000, 14, inLog - r.between(1, 27), done);
      for (const each of entries) putInLog(target, each.at, entryBytes(each));
      expect(entries.some(({ at }, n) => n > 0 && at < entries[n - 1]!.at)).toBe(true);

      // Entries before the tail of the head are in the file already, and out of date.
      for (const each of entries.slice(done)) apply(expected, each);
      expectBytes(read(open(target), 0, diskSize), expected);
    }
  },
);
