const prime1 = 0x9e3779b185ebca87n;
const prime2 = 0xc2b2ae3d27d4eb4fn;
const prime3 = 0x165667b19e3779f9n;
const prime4 = 0x85ebca77c2b2ae63n;
const prime5 = 0x27d4eb2f165667c5n;

/** Bytes that are taken in one round: eight for each of four lanes. */
const stripe = 32;

/** XXH64 with seed 0 of what is added; `low` tells its lower 32 bits, as a Zstandard frame stores them. */
export function xxh64(): { add(bytes: Uint8Array): void; low(): number } {
  const lanes = Int32Array.from([prime1 + prime2, prime2, 0n, -prime1].flatMap(halves));
  const held = new Uint8Array(stripe);
  let heldLength = 0;
  let length = 0;

  function takeStripe(bytes: Uint8Array, at: number): void {
    for (let lane = 0; lane < 4; lane += 1)
      addRound(lanes, lane, word(bytes, at + lane * 8), word(bytes, at + lane * 8 + 4));
  }

  return {
    add(bytes) {
      length += bytes.length;
      let at = 0;
      if (heldLength > 0) {
        at = Math.min(stripe - heldLength, bytes.length);
        held.set(bytes.subarray(0, at), heldLength);
        heldLength += at;
        if (heldLength < stripe) return;
        takeStripe(held, 0);
        heldLength = 0;
      }
      for (; at + stripe <= bytes.length; at += stripe) takeStripe(bytes, at);
      held.set(bytes.subarray(at));
      heldLength = bytes.length - at;
    },
    low: () => Number(finish(lanes, held.subarray(0, heldLength), length) & 0xffffffffn),
  };
}

/** The low and the high 32 bits. */
function halves(value: bigint): [number, number] {
  return [Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n))];
}

function word(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

const [low1, high1] = halves(prime1);
const [low2, high2] = halves(prime2);

/** The upper 32 bits of the product of two numbers of 32 bits without sign. */
function upper(a: number, b: number): number {
  const a0 = a & 0xffff;
  const a1 = a >>> 16;
  const b0 = b & 0xffff;
  const b1 = b >>> 16;
  const first = (Math.imul(a1, b0) >>> 0) + (Math.imul(a0, b0) >>> 16);
  const second = (Math.imul(a0, b1) >>> 0) + (first & 0xffff);
  return (Math.imul(a1, b1) + Math.floor(first / 65536) + Math.floor(second / 65536)) | 0;
}

/** lane = rotated(lane + input * prime2, 31) * prime1, in halves: BigInt takes ten times as long. */
function addRound(lanes: Int32Array, lane: number, low: number, high: number): void {
  const productLow = Math.imul(low, low2);
  const productHigh = (upper(low, low2) + Math.imul(high, low2) + Math.imul(low, high2)) | 0;
  const sum = (lanes[lane * 2]! >>> 0) + (productLow >>> 0);
  const sumLow = sum | 0;
  const sumHigh = (lanes[lane * 2 + 1]! + productHigh + (sum > 0xffffffff ? 1 : 0)) | 0;
  // By 31 to the left is by 1 to the right with the halves exchanged.
  const turnedLow = (sumHigh >>> 1) | (sumLow << 31);
  const turnedHigh = (sumLow >>> 1) | (sumHigh << 31);
  lanes[lane * 2] = Math.imul(turnedLow, low1);
  lanes[lane * 2 + 1] =
    (upper(turnedLow, low1) + Math.imul(turnedHigh, low1) + Math.imul(turnedLow, high1)) | 0;
}

const wide = (value: bigint): bigint => BigInt.asUintN(64, value);
const rotated = (value: bigint, by: bigint): bigint => wide(value << by) | (value >> (64n - by));
const round = (lane: bigint, input: bigint): bigint =>
  wide(rotated(wide(lane + input * prime2), 31n) * prime1);

/** How far each lane is turned before they are summed up. */
const turns = [1n, 7n, 12n, 18n];

/** Mixes the lanes, what is left over and the length. */
function finish(lanes: Int32Array, rest: Uint8Array, length: number): bigint {
  let hash = prime5;
  if (length >= stripe) {
    const values = [0, 2, 4, 6].map(
      (at) => (BigInt(lanes[at + 1]! >>> 0) << 32n) | BigInt(lanes[at]! >>> 0),
    );
    hash = values.reduce((sum, lane, at) => wide(sum + rotated(lane, turns[at]!)), 0n);
    for (const lane of values) hash = wide((hash ^ round(0n, lane)) * prime1 + prime4);
  }
  hash = wide(hash + BigInt(length));
  const view = new DataView(rest.buffer, rest.byteOffset, rest.length);
  let at = 0;
  for (; at + 8 <= rest.length; at += 8) {
    hash ^= round(0n, view.getBigUint64(at, true));
    hash = wide(rotated(hash, 27n) * prime1 + prime4);
  }
  for (; at + 4 <= rest.length; at += 4) {
    hash ^= wide(BigInt(view.getUint32(at, true)) * prime1);
    hash = wide(rotated(hash, 23n) * prime2 + prime3);
  }
  for (; at < rest.length; at += 1) {
    hash ^= wide(BigInt(rest[at]!) * prime5);
    hash = wide(rotated(hash, 11n) * prime1);
  }
  hash = wide((hash ^ (hash >> 33n)) * prime2);
  hash = wide((hash ^ (hash >> 29n)) * prime3);
  return hash ^ (hash >> 32n);
}
