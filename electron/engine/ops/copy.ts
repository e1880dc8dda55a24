import type { DiskImage } from "../image/disk-image";
import type { ImageWriter, WriterPart } from "../image/writer";
import { createBatch, type Batch } from "./batch";
import { changedBlocks } from "./changed-blocks";
import type { Control } from "./control";
import { createCopier, partAt, type CopierPart, type CopierWork, type PartTools } from "./copier";
import { createCrew } from "./crew";
import { createPackedCopy } from "./pack-operation";
import { createPacker } from "./packer";
import { createPlan } from "./plan";
import { createReserver, resetReserved } from "./reserve";
import type { SourceRequest } from "./source";
import type { SalvageLog } from "./source/salvage-log";
import type { Steps } from "./steps";

/** Operations that are planned before they are given out to the threads that wait for them. */
const PORTION = 32;

/** What is copied where, and who helps. */
export interface CopyJob {
  /** Whole: no link of its chain is missing. */
  readonly image: DiskImage;
  /** How a copier thread opens the same image. */
  readonly source: SourceRequest;
  /** Hears of what could not be read, where that is not an error. */
  readonly log?: SalvageLog | undefined;
  /** What the image is written to, at least one; more than one are as `ImageWriter.parts` says. */
  readonly parts: readonly WriterPart[];
  /** Write everything, zeros too. */
  readonly keepZeros?: boolean;
  /**
   * Depth of the first layer that the target has as its backing file; what lies above it is copied.
   * There is one part then.
   */
  readonly keep?: number;
  readonly control: Control;
  readonly startCopier?: (work: CopierWork) => { stop(): void };
  /** Most threads to start. */
  readonly copiers: number;
}

/** What a copy came to. */
export interface CopyResult {
  /** Guest bytes that were read. */
  readonly dataBytes: number;
}

/** A smaller disk is copied, or compressed, sooner than a thread is up. */
const WORTH_A_THREAD = { copied: 32 * 1024 * 1024, packed: 4 * 1024 * 1024 };

/**
 * Copies all data of an image, step by step, to where the writers want it, and tells and finishes
 * them. A batch of operations is planned and copied, then the next: the memory is the same for any
 * size of image. The other threads begin with a batch while this one still plans the rest of it. When this ends, well or not, no thread touches the source or the target any more.
 * @throws ImageError as reading and writing do, `cancelled`.
 */
export function* copyData(job: CopyJob): Steps<CopyResult> {
  const { image, control, keepZeros = false, keep } = job;
  const parts = job.parts.map((part) => ({
    ...part,
    to: part.from + part.length,
    placement: part.writer.placement,
  }));
  const { placement } = partAt(parts, 0);
  requireAlike(job.parts);
  const crew = createCrew();
  const batch = createBatch(placement);
  const reserved = createReserver(placement, control, () => undefined).buffer;
  const packer = placement.kind === "packed" ? createPacker(placement) : undefined;
  const copy = createCopier({
    size: image.size,
    keepZeros,
    crew,
    batch,
    control,
    part(index): PartTools {
      const { target, ...part } = partAt(parts, index);
      const allocate = (at: number, length: number) => target.allocate?.(at, length);
      return {
        ...part,
        reserver: createReserver(part.placement, control, allocate, reserved),
        write: (at, from) => target.write(at, from),
      };
    },
    ...(packer && { packing: { packer, createCopy: createPackedCopy } }),
    image: () => image,
  });
  const threads = createThreads(job, {
    crew: crew.buffer,
    batch: batch.buffer,
    reserver: reserved,
    ...(packer && { packer: packer.buffer }),
    ...(job.log && { salvaged: job.log.buffer }),
  });
  const worthIt = image.size >= WORTH_A_THREAD[packer ? "packed" : "copied"];
  let current = 0;

  /** Finishes the parts before `index`, which have all that they get. */
  function goOnTo(index: number): void {
    for (; current < index; current++) {
      partAt(parts, current).writer.finish(packer?.units ?? crew.slots);
      crew.resetSlots();
    }
    const next = parts[index];
    if (next) resetReserved(reserved, next.placement);
  }

  try {
    // It comes up while this thread plans, and begins with what is planned by then.
    if (worthIt) threads.upTo(1);
    const plan = createPlan(image, parts, { keepZeros, ...(keep !== undefined && { keep }) });
    for (let first = true; plan.begin(batch); first = false) {
      if (batch.part !== current) goOnTo(batch.part);
      crew.open();
      for (let more = true; more;) {
        more = plan.add(batch, PORTION);
        crew.publish(batch.count, !more);
      }
      if (first) {
        // Coding gains from every core; plain copying waits for memory and the file's lock.
        if (worthIt && (packer || plan.encoded)) threads.upTo(job.copiers);
        control.setTotal(plan.bytes + plan.bytesLeft());
      }
      yield* copy();
      crew.close();
      crew.throwFailure();
      tellWriter(partAt(parts, batch.part), batch);
      if (keep !== undefined) tellZeroed(partAt(parts, batch.part).writer, batch);
    }
    if (keep !== undefined) tellHidden(partAt(parts, 0).writer, image, keep);
    goOnTo(parts.length);
    return { dataBytes: plan.bytes };
  } catch (error) {
    crew.fail(error);
    throw error;
  } finally {
    crew.end();
    threads.stop();
  }
}

/** What the threads share is made for one shape of batches, and one packer. */
function requireAlike(parts: readonly WriterPart[]): void {
  const kinds = new Set(parts.map(({ writer }) => writer.placement.kind));
  const sizes = new Set(parts.map(({ writer }) => writer.placement.blockSize));
  if (kinds.size > 1 || sizes.size > 1 || (parts.length > 1 && kinds.has("packed")))
    throw new Error("The parts of a target must be of one kind, and not packed.");
}

/** The threads beside the calling one. */
function createThreads(
  { startCopier, keepZeros = false, ...job }: CopyJob,
  shared: Pick<CopierWork, "crew" | "batch" | "reserver" | "packer" | "salvaged">,
) {
  const started: { stop(): void }[] = [];
  return {
    /** Starts threads until there are `count`, or as many as the job allows. */
    upTo(count: number): void {
      const parts = job.parts.flatMap(copierPart);
      // Other threads can write only to what has a descriptor.
      if (startCopier === undefined || parts.length < job.parts.length) return;
      while (started.length < Math.min(count, job.copiers)) {
        started.push(
          startCopier({
            source: job.source,
            size: job.image.size,
            parts,
            keepZeros,
            control: job.control.buffer,
            ...shared,
          }),
        );
      }
    },
    stop(): void {
      for (const thread of started) thread.stop();
    },
  };
}

/** What a thread gets of a part; nothing when its target has no descriptor. */
function copierPart({ from, length, target, writer }: WriterPart): CopierPart[] {
  const { file, name } = target;
  if (file === undefined) return [];
  const place = { fd: file.fd, base: file.base, name };
  return [{ from, to: from + length, placement: writer.placement, target: place }];
}

/** Tells where every block of the batch that was written now lies, in the order of the disk. */
function tellWriter({ from, writer }: WriterPart, batch: Batch): void {
  const { placement } = writer;
  if (placement.kind === "linear") return;
  for (let index = 0; index < batch.count; index++) {
    if (placement.kind === "packed") {
      if (writer.packed === undefined)
        throw new Error("A packed placement needs a writer that packs.");
      const firstBlock = (batch.operation(index).at - from) / placement.blockSize;
      for (const { block, ...piece } of batch.packed(index))
        writer.packed(firstBlock + block, piece);
      continue;
    }
    const { at, blocks, slot } = batch.placed(index);
    const firstBlock = (at - from) / placement.blockSize;
    let next = slot;
    for (const { from: first, to } of blocks) {
      if (placement.kind === "slots" && placement.fixed === true) next = firstBlock + first;
      writer.placed(firstBlock + first, next, to - first);
      next += to - first;
    }
  }
}

/** Tells of the blocks of a batch that were read and hold nothing but zeros, disk's end included. */
function tellZeroed(writer: ImageWriter, batch: Batch): void {
  const { placement } = writer;
  const { blockSize, kind } = placement;
  for (let index = 0; index < batch.count; index++) {
    const { at, length } = batch.operation(index);
    const written =
      kind === "packed"
        ? batch.packed(index).map(({ block }) => ({ from: block, to: block + 1 }))
        : batch.placed(index).blocks;
    let next = 0;
    for (const { from, to } of [...written, { from: length / blockSize, to: 0 }]) {
      if (from > next) writer.zeroed?.(at / blockSize + next, from - next);
      next = to;
    }
  }
}

/** Tells of the blocks that are zeros without being read, and hide what the backing file has. */
function tellHidden(writer: ImageWriter, image: DiskImage, keep: number): void {
  const { blockSize } = writer.placement;
  for (const { kind, first, count } of changedBlocks(image, keep, blockSize)) {
    if (kind === "zero") writer.zeroed?.(first, count);
  }
}
