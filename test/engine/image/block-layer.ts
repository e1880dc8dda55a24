import { memorySource } from "../../../electron/engine/io/memory";
import type { ImageLayer, Run } from "../../../electron/engine/image/layer";
import type { Random } from "../../helpers/seed";

export type BlockKind = Run["kind"];

/** A layer of blocks of one size, each of its own kind, whose host order is shuffled. */
export interface BlockLayer extends ImageLayer {
  /** The kind of each block. */
  readonly kinds: readonly BlockKind[];
  /** What each guest byte is where the layer answers; where it does not, zeros. */
  readonly bytes: Uint8Array;
  /** How often `map` was asked and how often a unit was decoded. */
  readonly counts: { map: number; decode: number };
  readonly closed: () => boolean;
}

/** A layer with these kinds, the last block cut off at `size` bytes; encoded blocks are stored inverted. */
export function blockLayer(
  random: Random,
  size: number,
  blockSize: number,
  kinds: readonly BlockKind[],
): BlockLayer {
  const slots = random.shuffled(kinds.map((_, block) => block));
  const host = new Uint8Array(kinds.length * blockSize);
  random.fill(host);
  const source = memorySource(host, "layer");
  const bytes = new Uint8Array(kinds.length * blockSize);
  const counts = { map: 0, decode: 0 };
  let closed = false;

  const slotAt = (block: number): number => slots[block]! * blockSize;
  const stored = (block: number): Uint8Array =>
    host.subarray(slotAt(block), slotAt(block) + blockSize);
  kinds.forEach((kind, block) => {
    if (kind === "data") bytes.set(stored(block), block * blockSize);
    if (kind === "encoded")
      bytes.set(
        stored(block).map((byte) => 255 - byte),
        block * blockSize,
      );
  });

  function map(guestAt: number, max: number): Run {
    counts.map += 1;
    const block = Math.floor(guestAt / blockSize);
    const skip = guestAt % blockSize;
    const length = Math.min(max, blockSize - skip, size - guestAt);
    const at = slotAt(block);
    const kind = kinds[block]!;
    switch (kind) {
      case "data":
        return { kind, length, source, at: at + skip };
      case "encoded":
        return {
          kind,
          length,
          at,
          stored: blockSize,
          unit: blockSize,
          skip,
          decode(into) {
            counts.decode += 1;
            into.set(stored(block).map((byte) => 255 - byte));
          },
        };
      case "zero":
      case "unallocated": {
        let last = block;
        while (kinds[last + 1] === kind) last += 1;
        return { kind, length: Math.min(max, size - guestAt, (last + 1) * blockSize - guestAt) };
      }
    }
  }

  return {
    format: "raw",
    source,
    size,
    blockSize,
    facts: { snapshots: [], bitmaps: [], details: [] },
    map,
    close: () => void (closed = true),
    kinds,
    bytes: bytes.subarray(0, size),
    counts,
    closed: () => closed,
  };
}

/** A layer whose blocks are of random kinds. */
export function randomLayer(random: Random, size: number, blockSize: number): BlockLayer {
  const kinds = Array.from({ length: Math.ceil(size / blockSize) }, () =>
    random.pick(["data", "zero", "encoded", "unallocated", "unallocated"] as const),
  );
  return blockLayer(random, size, blockSize, kinds);
}

/** The array model: which layer answers for a byte, how, and with which value. */
export function answerAt(layers: readonly BlockLayer[], at: number) {
  let depth = -1;
  for (const layer of layers) {
    if (at >= layer.size) break;
    depth += 1;
    const kind = layer.kinds[Math.floor(at / layer.blockSize)]!;
    if (kind !== "unallocated") return { depth, kind, value: layer.bytes[at]! };
  }
  return { depth, kind: "unallocated" as const, value: 0 };
}
