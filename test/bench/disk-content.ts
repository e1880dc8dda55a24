import { closeSync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";
import type { Random } from "../helpers/seed";

/** A stretch of data on the disk, in bytes. */
export interface DataRun {
  readonly at: number;
  readonly length: number;
}

const page = 4096;
const shortest = page;
const longest = 4 * 2 ** 20;
/** Part of the disk that is data. */
const dataShare = 0.4;
/** Part of the data that looks like text: it halves when it is compressed; the rest does not shrink. */
const textShare = 0.58;

/** Runs of data of 4 KiB to 4 MiB, their lengths log-uniform, on a disk of `size` bytes. */
export function dataRuns(random: Random, size: number): DataRun[] {
  const runs: DataRun[] = [];
  const gapPerData = (1 - dataShare) / dataShare;
  for (let at = 0; ;) {
    at += toPages(runLength(random) * gapPerData);
    const length = toPages(runLength(random));
    if (at + length > size) return runs;
    runs.push({ at, length });
    at += length;
  }
}

function runLength(random: Random): number {
  const even = random.between(0, 2 ** 30) / 2 ** 30;
  return shortest * (longest / shortest) ** even;
}

const toPages = (bytes: number): number => Math.max(1, Math.round(bytes / page)) * page;

/** Writes a raw file of `size` bytes that holds these runs, each cut out of one of two pools. */
export function writeRuns(
  path: string,
  random: Random,
  size: number,
  runs: Iterable<DataRun>,
): void {
  const text = textPool(random);
  const noise = Buffer.alloc(poolSize);
  random.fill(noise);
  const fd = openSync(path, "wx");
  try {
    ftruncateSync(fd, size);
    for (const { at, length } of runs) {
      const pool = random.chance(textShare) ? text : noise;
      writeSync(fd, pool, random.between(0, poolSize - length), length, at);
    }
  } finally {
    closeSync(fd);
  }
}

const poolSize = 4 * longest;

/** Lines of words that come back, as in logs and sources. */
function textPool(random: Random): Buffer {
  const letter = (): string => String.fromCodePoint(random.between(97, 123));
  const word = (): string => Array.from({ length: random.between(2, 10) }, letter).join("");
  const words = Array.from({ length: 8000 }, word);
  const pool = Buffer.alloc(poolSize);
  for (let at = 0; at < poolSize;) {
    const number = random.chance(0.2) ? `${random.between(0, 10 ** 6)}` : random.pick(words);
    at += pool.write(`${number}${random.chance(0.1) ? "\n" : " "}`, at, "latin1");
  }
  return pool;
}

/** Copies a file and writes its holes as zeros. */
export function copyThick(from: string, to: string): void {
  const buffer = Buffer.alloc(longest);
  const source = openSync(from, "r");
  const target = openSync(to, "wx");
  try {
    for (let got = readSync(source, buffer); got > 0; got = readSync(source, buffer)) {
      writeSync(target, buffer, 0, got);
    }
  } finally {
    closeSync(source);
    closeSync(target);
  }
}
