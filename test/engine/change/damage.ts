import type { Random } from "../../helpers/seed";

/** Byte offsets of the 8-byte entries of L1 tables, L2 tables, refcount table and blocks. */
function entriesOf(bytes: Buffer): number[] {
  const clusterSize = 2 ** bytes.readUInt32BE(20);
  const entry = (at: number): number => Number(bytes.readBigUInt64BE(at) & 0x00fffffffffffe00n);
  const entries: number[] = [];
  const table = (at: number, count: number): void => {
    for (let i = 0; i < count && at + i * 8 + 8 <= bytes.length; i++) entries.push(at + i * 8);
  };
  const l1 = entry(40);
  const l1Size = bytes.readUInt32BE(36);
  const refcounts = entry(48);
  table(l1, l1Size);
  table(refcounts, 4);
  for (const [from, count] of [
    [l1, l1Size],
    [refcounts, 4],
  ] as const)
    for (let i = 0; i < count; i++) {
      const at = entry(from + i * 8);
      if (at > 0 && at % clusterSize === 0) table(at, Math.min(40, clusterSize / 8));
    }
  return entries;
}

/** Damages some entries: flips bits, clears them, makes two alike, or points them anywhere. */
export function damage(r: Random, bytes: Buffer): void {
  const clusterSize = 2 ** bytes.readUInt32BE(20);
  const entries = entriesOf(bytes);
  const used = entries.filter((at) => bytes.readBigUInt64BE(at) !== 0n);
  for (let i = r.between(1, 4); i > 0; i--) {
    const at = r.pick(r.chance(0.8) ? used : entries);
    const value = bytes.readBigUInt64BE(at);
    const clusters = Math.ceil(bytes.length / clusterSize);
    const wrong = [
      value ^ (1n << BigInt(r.between(0, 64))),
      0n,
      bytes.readBigUInt64BE(r.pick(used)),
      (value & ~0x00fffffffffffe00n) | BigInt(r.between(0, clusters + 3) * clusterSize),
    ];
    bytes.writeBigUInt64BE(r.pick(wrong), at);
  }
}

/** Sets refcounts at random, and turns the COPIED flag of an L1 entry round. */
export function damageCounts(r: Random, bytes: Buffer): void {
  const offset = (at: number): number => Number(bytes.readBigUInt64BE(at) & 0x00fffffffffffe00n);
  const block = offset(offset(48));
  for (let i = 0; i < 6; i++) bytes[block + r.between(0, 12)] = r.between(0, 256);
  const l1 = offset(40);
  bytes[l1] = (bytes[l1] ?? 0) ^ 0x80;
}
