import { closeSync, ftruncateSync, openSync, writeSync } from "node:fs";
import type { Random } from "./seed";

/** A stretch of the disk, in bytes: data, zeros that were written, or nothing at all. */
export interface PatternRun {
  readonly kind: "data" | "zero" | "hole";
  readonly at: number;
  readonly length: number;
}

/** A disk whose contents are known: the runs, and every byte as a plain array (the model). */
export interface PatternDisk {
  readonly size: number;
  /** Gapless and in order. */
  readonly runs: readonly PatternRun[];
  readonly bytes: Uint8Array;
}

/**
 * Random runs of data, zeros and holes: some at whole blocks of 512 bytes to 64 KiB, some at odd
 * bytes, from one byte long to `longest`. No data byte is zero.
 * @param size Bytes.
 */
export function patternDisk(random: Random, size: number, longest = 200_000): PatternDisk {
  const runs: PatternRun[] = [];
  for (let at = 0; at < size;) {
    const grain = random.pick([1, 512, 4096, 65536]);
    const end = Math.ceil((at + random.between(1, longest)) / grain) * grain;
    const length = Math.min(end, size) - at;
    runs.push({ kind: random.pick(["data", "zero", "hole"] as const), at, length });
    at += length;
  }
  return diskOf(random, size, runs);
}

/** The disk with these runs; their data is drawn from `random`. */
export function diskOf(random: Random, size: number, runs: readonly PatternRun[]): PatternDisk {
  const bytes = new Uint8Array(size);
  for (const { kind, at, length } of runs)
    if (kind === "data") random.fill(bytes.subarray(at, at + length));
  return { size, runs, bytes };
}

/**
 * Writes the disk as a raw file: data and zeros are written, holes are left out.
 * The stretches are written in random order where `random` is given.
 */
export function writeRawFile(path: string, disk: PatternDisk, random?: Random): void {
  const fd = openSync(path, "w");
  try {
    ftruncateSync(fd, disk.size);
    for (const { kind, at, length } of random ? random.shuffled(disk.runs) : disk.runs)
      if (kind !== "hole") writeSync(fd, disk.bytes, at, length, at);
  } finally {
    closeSync(fd);
  }
}

/**
 * What the guest reads from `disk` as an overlay: its own data and zeros, and in its holes what is
 * `below`, cut or grown with zeros to its size.
 */
export function stacked(disk: PatternDisk, below: Uint8Array): Uint8Array {
  const bytes = disk.bytes.slice();
  for (const { kind, at, length } of disk.runs)
    if (kind === "hole") bytes.set(below.subarray(at, at + length), at);
  return bytes;
}
