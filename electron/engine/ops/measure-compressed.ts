import type { FormatId } from "../../../shared/model/format";
import type { CreateSpec, Measure } from "../formats/format";
import type { DiskImage } from "../image/disk-image";
import { partSize } from "../image/writer";
import { countingTarget } from "../io/counting";
import type { Control } from "./control";
import { createCopyBuffer } from "./copy-buffer";
import { beginImage } from "./create";
import { createBlockEncoder } from "./encode-block";
import { createPacker, type Packed, type PieceSize } from "./packer";
import { operationsOf, piecesOf } from "./plan";
import { nonZeroRuns } from "./zero-blocks";

/**
 * Bytes of data that are encoded at most, however large the image is: a few seconds. With clusters of
 * 64 KiB, of which half compress to nothing and half not at all, in any order, it is 4 % off at most.
 */
const SAMPLE_BYTES = 128 * 1024 * 1024;

/** Any number: the same blocks are drawn each time. */
const SEED = 20_191;

/** How many standard errors hold 19 of 20 results. */
const CONFIDENCE = 1.96;

/** What taking a sample needs of a control. */
type SampleControl = Pick<Control, "throwIfCancelled" | "addDone">;

/** The measurement of a target that stores its blocks encoded. */
export interface SampledMeasure {
  /** Bytes that will be read and encoded. */
  readonly total: number;
  /** Does it, and counts them in the control. What would take it filled by the guest is left out. */
  run(control: SampleControl): Omit<Measure, "fullyAllocated">;
}

/** The blocks of a disk that may hold data, in groups of `size`; the last one may have fewer. */
interface Groups {
  readonly blocks: number;
  readonly size: number;
  readonly count: number;
}

/**
 * Measures an image that stores its blocks encoded, as a conversion by one thread writes it: the
 * format's own writer is told of every block, and writes its tables to nowhere. Undefined when such
 * an image stores its blocks as they are.
 *
 * The blocks with data are put into groups, in the order of the disk, so many that one block of each
 * comes to `mostBytes`. This one, drawn with the same numbers for every image, is read and encoded,
 * and stands for its group. The result is exact where each block is a group.
 * @throws ImageError as `convert`.
 */
export function measureEncoded(
  image: DiskImage,
  format: FormatId,
  spec: CreateSpec,
  mostBytes = SAMPLE_BYTES,
): SampledMeasure | undefined {
  const target = countingTarget();
  const files = { name: target.name, add: countingTarget };
  const writer = beginImage(target, format, { ...spec, files });
  if (writer.placement.kind !== "packed") return undefined;
  const placement: Packed = writer.placement;
  const { blockSize, firstUnitAt, unitSize } = placement;
  const groups = groupsOf(image, placement, mostBytes);
  const total = Math.min(groups.count, groups.blocks) * blockSize;

  function run(control: SampleControl): Omit<Measure, "fullyAllocated"> {
    const stored = encodeSample(image, placement, groups, control);
    const packer = createPacker(placement);
    let next = 0;
    for (const { at, length } of operations(image, placement)) {
      control.throwIfCancelled();
      const first = at / blockSize;
      const pieces: (PieceSize & { readonly block: number })[] = [];
      for (let block = first; block < first + length / blockSize; block++, next++) {
        const bytes = stored[Math.floor(next / groups.size)] ?? 0;
        if (bytes !== 0) pieces.push({ block, length: Math.abs(bytes), encoded: bytes > 0 });
      }
      const places = packer.take(pieces);
      for (const [nth, { block, ...piece }] of pieces.entries())
        writer.packed?.(block, { ...piece, at: places[nth] ?? 0 });
    }
    // Space is reserved ahead, and in front of small blocks too.
    const from = blockSize > partSize ? firstUnitAt : 0;
    if (packer.units > 0) target.note(from, firstUnitAt + packer.units * unitSize - from);
    writer.finish(packer.units);
    const { size: fileLength, allocated } = target;
    if (groups.size === 1) return { fileLength, allocated };
    return {
      fileLength,
      allocated,
      estimated: { sampled: total, error: relativeError(stored, groups) },
    };
  }

  return { total, run };
}

const operations = (image: DiskImage, placement: Packed) =>
  operationsOf(piecesOf(image), placement);

function groupsOf(image: DiskImage, placement: Packed, mostBytes: number): Groups {
  const { blockSize } = placement;
  let blocks = 0;
  for (const { length } of operations(image, placement)) blocks += length / blockSize;
  const size = Math.max(1, Math.ceil((blocks * blockSize) / mostBytes));
  return { blocks, size, count: Math.ceil(blocks / size) };
}

/** What is stored of one block of each group, in bytes: negative for one that is stored as it is. */
function encodeSample(
  image: DiskImage,
  placement: Packed,
  groups: Groups,
  control: SampleControl,
): Int32Array {
  const { blockSize } = placement;
  const buffer = createCopyBuffer(blockSize);
  const encode = createBlockEncoder(placement.encoding);
  const numbers = xorshift(SEED);
  const stored = new Int32Array(groups.count);

  function storedBytes(at: number): number {
    const { bytes } = buffer;
    const length = Math.min(blockSize, image.size - at);
    image.read(at, bytes.subarray(0, length));
    bytes.fill(0, length);
    if (nonZeroRuns(buffer, blockSize, blockSize).length === 0) return 0;
    return encode(bytes, at)?.length ?? -blockSize;
  }

  let group = -1;
  let drawn = 0;
  let next = 0;
  for (const { at, length } of operations(image, placement)) {
    for (let blockAt = at; blockAt < at + length; blockAt += blockSize, next++) {
      if (next % groups.size === 0) {
        group += 1;
        drawn = next + (numbers() % Math.min(groups.size, groups.blocks - next));
      }
      if (next !== drawn) continue;
      control.throwIfCancelled();
      stored[group] = storedBytes(blockAt);
      control.addDone(blockSize);
    }
  }
  return stored;
}

/**
 * By how much the sum of what all blocks take may be off, as a part of it; true in 19 of 20 images.
 * The variance is that of neighbouring groups: data lies in stretches that are alike, and of these
 * every one has its share of the sample.
 */
function relativeError(stored: Int32Array, { size, count }: Groups): number {
  if (count < 2) return 1;
  let sum = 0;
  let squares = 0;
  let before: number | undefined;
  for (const bytes of stored) {
    const length = Math.abs(bytes);
    sum += length;
    if (before !== undefined) squares += (length - before) ** 2;
    before = length;
  }
  if (sum === 0) return 0;
  const variance = squares / (2 * (count - 1));
  return (CONFIDENCE * Math.sqrt(variance * count * (1 - 1 / size))) / sum;
}

/** Marsaglia's xorshift: numbers from 0 to 2^32 - 1. @param seed Not 0. */
function xorshift(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}
