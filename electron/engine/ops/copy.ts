import type { DiskImage } from "../image/disk-image";
import type { ImageWriter } from "../image/writer";
import type { ByteTarget } from "../io/source";
import { createBatch, type Batch } from "./batch";
import type { Control } from "./control";
import { createCopier, type CopierWork } from "./copier";
import { createCrew } from "./crew";
import { createPacker } from "./packer";
import { createPlan } from "./plan";
import { createReserver } from "./reserve";
import type { SourceRequest } from "./source";
import type { SalvageLog } from "./source/salvage-log";
import type { Steps } from "./steps";

/** What is copied where, and who helps. */
export interface CopyJob {
  /** Whole: no link of its chain is missing. */
  readonly image: DiskImage;
  /** How a copier thread opens the same image. */
  readonly source: SourceRequest;
  /** Hears of what could not be read, where that is not an error. */
  readonly log?: SalvageLog | undefined;
  readonly target: ByteTarget;
  readonly writer: ImageWriter;
  readonly control: Control;
  readonly startCopier?: (work: CopierWork) => { stop(): void };
  /** Most threads to start. */
  readonly copiers: number;
}

/** What a copy came to. */
export interface CopyResult {
  /** Slots or units handed out; 0 for a linear target. */
  readonly slots: number;
  /** Guest bytes that were read. */
  readonly dataBytes: number;
}

/** A smaller disk is copied, or compressed, sooner than a thread is up. */
const WORTH_A_THREAD = { copied: 32 * 1024 * 1024, packed: 4 * 1024 * 1024 };

/**
 * Copies all data of an image, step by step, to where the writer wants it, and tells the writer. A
 * batch of operations is planned and copied, then the next: the memory is the same for any size of
 * image. When this ends, well or not, no thread touches the source or the target any more.
 * @throws ImageError as reading and writing do, `cancelled`.
 */
export function* copyData(job: CopyJob): Steps<CopyResult> {
  const { image, writer, control, target } = job;
  const { placement } = writer;
  const crew = createCrew();
  const batch = createBatch(placement);
  const reserver = createReserver(placement, control, (at, length) =>
    target.allocate?.(at, length),
  );
  const packer = placement.kind === "packed" ? createPacker(placement) : undefined;
  const copy = createCopier({
    placement,
    size: image.size,
    crew,
    batch,
    control,
    reserver,
    ...(packer && { packer }),
    image: () => image,
    write: (at, from) => target.write(at, from),
  });
  const threads = createThreads(job, {
    crew: crew.buffer,
    batch: batch.buffer,
    reserver: reserver.buffer,
    ...(packer && { packer: packer.buffer }),
    ...(job.log && { salvaged: job.log.buffer }),
  });
  const worthIt = image.size >= WORTH_A_THREAD[packer ? "packed" : "copied"];
  try {
    // It comes up while this thread plans.
    if (worthIt) threads.upTo(1);
    const plan = createPlan(image, placement);
    for (let first = true; plan.fill(batch); first = false) {
      crew.open();
      if (first) {
        // Coding gains from every core; plain copying waits for memory and the file's lock.
        if (worthIt && (packer || plan.encoded)) threads.upTo(job.copiers);
        control.setTotal(plan.bytes + plan.bytesLeft());
      }
      yield* copy();
      crew.close();
      crew.throwFailure();
      tellWriter(writer, batch);
    }
    return { slots: packer?.units ?? crew.slots, dataBytes: plan.bytes };
  } catch (error) {
    crew.fail(error);
    throw error;
  } finally {
    crew.end();
    threads.stop();
  }
}

/** The threads beside the calling one. */
function createThreads(
  { target, startCopier, ...job }: CopyJob,
  shared: Pick<CopierWork, "crew" | "batch" | "reserver" | "packer" | "salvaged">,
) {
  const started: { stop(): void }[] = [];
  return {
    /** Starts threads until there are `count`, or as many as the job allows. */
    upTo(count: number): void {
      const { file } = target;
      // Other threads can write only to what has a descriptor.
      if (startCopier === undefined || file === undefined) return;
      while (started.length < Math.min(count, job.copiers)) {
        started.push(
          startCopier({
            source: job.source,
            size: job.image.size,
            target: { fd: file.fd, base: file.base, name: target.name },
            placement: job.writer.placement,
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

/** Tells where every block of the batch that was written now lies, in the order of the disk. */
function tellWriter({ placement, placed, packed }: ImageWriter, batch: Batch): void {
  if (placement.kind === "linear") return;
  for (let index = 0; index < batch.count; index++) {
    if (placement.kind === "packed") {
      if (packed === undefined) throw new Error("A packed placement needs a writer that packs.");
      const firstBlock = batch.operation(index).at / placement.blockSize;
      for (const { block, ...piece } of batch.packed(index)) packed(firstBlock + block, piece);
      continue;
    }
    const { at, blocks, slot } = batch.placed(index);
    const firstBlock = at / placement.blockSize;
    let next = slot;
    for (const { from, to } of blocks) {
      placed(firstBlock + from, next, to - from);
      next += to - from;
    }
  }
}
