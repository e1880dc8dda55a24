/** Decoded refcounts of one block, one number for each cluster that it counts. */
export type Counts = Uint8Array | Uint16Array | Uint32Array | Float64Array;

/** Zeroed counts, each wide enough for refcounts of `bits` bits; 64-bit ones up to 2^53 - 1. */
export function newCounts(length: number, bits: number): Counts {
  if (bits <= 8) return new Uint8Array(length);
  if (bits === 16) return new Uint16Array(length);
  return bits === 32 ? new Uint32Array(length) : new Float64Array(length);
}

/** The largest refcount that `bits` bits hold; of 64 bits the largest that is kept exactly. */
export const mostOf = (bits: number): number =>
  bits === 64 ? Number.MAX_SAFE_INTEGER : 2 ** bits - 1;

/** Whether numbers of 16 bits lie in memory the other way round than in a file. */
const swapped = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** The bytes of 16-bit counts, which are those of a refcount block once they are swapped. */
const bytesOf = (counts: Uint16Array, first: number, count: number): Buffer =>
  Buffer.from(counts.buffer, counts.byteOffset + 2 * first, 2 * count);

/**
 * Decodes a refcount block into `out` from entry `first` of `out` on (specification, "Refcount table"):
 * wide refcounts are big-endian; of those narrower than a byte the first lies in the least significant bits.
 * Decodes as many as both have room for. 64-bit refcounts past 2^53 - 1 become that.
 */
export function decodeCounts(bytes: Uint8Array, bits: number, out: Counts, first: number): void {
  const count = Math.min((bytes.length * 8) / bits, out.length - first);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (out instanceof Uint16Array) {
    const into = bytesOf(out, first, count);
    into.set(bytes.subarray(0, into.length));
    if (swapped) into.swap16();
  } else if (bits === 32) {
    for (let i = 0; i < count; i++) out[first + i] = view.getUint32(4 * i);
  } else if (bits === 64) {
    for (let i = 0; i < count; i++) {
      const wide = view.getUint32(8 * i) * 2 ** 32 + view.getUint32(8 * i + 4);
      out[first + i] = Math.min(wide, Number.MAX_SAFE_INTEGER);
    }
  } else {
    const mask = 2 ** bits - 1;
    for (let i = 0; i < count; i++) {
      const bit = i * bits;
      out[first + i] = ((bytes[bit >>> 3] ?? 0) >>> (bit & 7)) & mask;
    }
  }
}

/** The refcount block, `clusterSize` bytes, that `decodeCounts` decodes to `counts`. */
export function encodeCounts(counts: Counts, bits: number, clusterSize: number): Uint8Array {
  const bytes = new Uint8Array(clusterSize);
  const view = new DataView(bytes.buffer);
  // A loop for each width, as above: a call for each count takes ten times as long.
  if (counts instanceof Uint16Array) {
    bytes.set(bytesOf(counts, 0, counts.length));
    if (swapped) Buffer.from(bytes.buffer).swap16();
  } else if (bits === 32) {
    for (let i = 0; i < counts.length; i++) view.setUint32(4 * i, counts[i]!);
  } else if (bits === 64) {
    for (let i = 0; i < counts.length; i++) {
      view.setUint32(8 * i, Math.floor(counts[i]! / 2 ** 32));
      view.setUint32(8 * i + 4, counts[i]! % 2 ** 32);
    }
  } else {
    for (let i = 0; i < counts.length; i++) {
      const bit = i * bits;
      bytes[bit >>> 3]! |= counts[i]! << (bit & 7);
    }
  }
  return bytes;
}
