import { ImageError } from "../errors";
import type { DiskImage } from "../image/disk-image";
import { requireWhole } from "../image/open-image";
import type { Placement } from "../image/writer";
import { readFully, writeFully } from "../io/file";
import { reserveSpace } from "../io/holes";
import type { FilePlace } from "../io/source";
import { createBatch, type Batch } from "./batch";
import { createControl, type Control } from "./control";
import { createCopyBuffer } from "./copy-buffer";
import { copyOperation } from "./copy-operation";
import { createCrew, type Crew } from "./crew";
import { createPackedCopy } from "./pack-operation";
import { createPacker, type Packer } from "./packer";
import { operationSize, type Operation, type Piece } from "./plan";
import { createReserver, type Reserver } from "./reserve";
import { openSource, type SourceRequest } from "./source";
import { createSalvageLog } from "./source/salvage-log";
import { runThrough, type Steps } from "./steps";

/** All that a copier thread needs to know: plain data and shared memory, made by `convert`. */
export interface CopierWork {
  /**
   * Opened by the copier itself, and only when it has to read through the image (compressed data).
   */
  readonly source: SourceRequest;
  /** Virtual size of the source in bytes. */
  readonly size: number;
  /** The open file that receives the data; valid until the conversion ends. */
  readonly target: FilePlace & { readonly name: string };
  readonly placement: Placement;
  /** The buffers of what the conversion's copiers share. */
  readonly control: SharedArrayBuffer;
  readonly crew: SharedArrayBuffer;
  readonly batch: SharedArrayBuffer;
  readonly reserver: SharedArrayBuffer;
  /** Absent unless the placement is a packed one. */
  readonly packer?: SharedArrayBuffer;
  /** Where to note what cannot be read; absent where that is an error. */
  readonly salvaged?: SharedArrayBuffer;
}

/** What a copier works with, whether it is the converting thread or one that was started for it. */
export interface CopierTools {
  readonly placement: Placement;
  readonly crew: Crew;
  readonly batch: Batch;
  readonly control: Control;
  /** The source, whole; opened when it is first asked for. */
  image(): DiskImage;
  /** Virtual size of the source in bytes, as it was planned with. */
  readonly size: number;
  readonly reserver: Reserver;
  /** There for a packed placement. */
  readonly packer?: Packer;
  write(hostAt: number, from: Uint8Array): void;
}

/**
 * A function that copies operations of the open batch, one a step, until none is left or another
 * copier has failed.
 * @throws ImageError as reading and writing do, `cancelled`.
 */
export function createCopier(tools: CopierTools): () => Steps<void> {
  const { crew, batch, control } = tools;
  const copy = createOperationCopy(tools);
  return function* () {
    for (let index = crew.take(); index < batch.count && !crew.failed; index = crew.take()) {
      const operation = batch.operation(index);
      copy(index, operation);
      control.addDone(operation.dataBytes);
      yield;
    }
  };
}

/** What a copier does with one operation of the batch: copies it, and notes where it went. */
function createOperationCopy(tools: CopierTools): (index: number, operation: Operation) => void {
  const { crew, batch, control, placement, size, reserver, packer } = tools;

  function read(piece: Piece, at: number, into: Uint8Array): void {
    if (piece.fd !== undefined) {
      try {
        readFully(piece.fd, piece.hostAt + (at - piece.at), into, "source");
        return;
      } catch {
        // Read again through the image: its error names the file, and what it is to the image.
      }
    }
    tools.image().read(at, into);
  }

  function write(hostAt: number, from: Uint8Array): void {
    reserver.before(hostAt, from.length);
    tools.write(hostAt, from);
  }

  function checkpoint(): void {
    control.waitWhilePaused();
    control.throwIfCancelled();
  }

  if (placement.kind === "packed") {
    if (packer === undefined) throw new Error("A packed placement needs a packer.");
    const buffer = createCopyBuffer(operationSize(placement));
    const copy = createPackedCopy(placement, { buffer, read, write, checkpoint, packer });
    return (index, operation) => batch.setPacked(index, copy(operation));
  }
  const takeSlots = (count: number): number => crew.takeSlots(count);
  const buffer = createCopyBuffer();
  const place = { placement, size, buffer, read, write, checkpoint, takeSlots };
  return (index, operation) => {
    const placing = copyOperation(operation, place);
    if (placing !== undefined) batch.setPlaced(index, placing.slot, placing.blocks);
  };
}

/**
 * What a copier thread runs: takes operations until the conversion ends, and returns then. Never
 * throws: what goes wrong is told to the converting thread.
 */
export function copierMain(work: CopierWork): void {
  const crew = createCrew(work.crew);
  let opened: DiskImage | undefined;
  let copy: (() => Steps<void>) | undefined;
  const image = (): DiskImage => {
    opened ??= openWork(work);
    requireWhole(opened);
    if (opened.size === work.size) return opened;
    const paths = work.source.images.map(({ path }) => path);
    throw new ImageError("io", `${paths.join(", ")} changed while it was read`, {
      ...(paths.length === 1 && { file: paths[0] }),
      expected: work.size,
      found: opened.size,
    });
  };
  try {
    crew.eachBatch(() => {
      copy ??= createCopier(toolsOf(work, crew, image));
      runThrough(copy());
    });
  } finally {
    opened?.close();
  }
}

function openWork({ source, salvaged, control }: CopierWork): DiskImage {
  const checkpoint = (): void => createControl(control).throwIfCancelled();
  return openSource(source, {
    ...(salvaged && { log: createSalvageLog(salvaged) }),
    checkpoint,
  });
}

/** The tools of a thread that writes to the target by its descriptor. */
function toolsOf(work: CopierWork, crew: Crew, image: () => DiskImage): CopierTools {
  const { placement, size } = work;
  const { fd, base, name } = work.target;
  const control = createControl(work.control);
  const allocate = (at: number, length: number) => reserveSpace(fd, name, base + at, length);
  return {
    placement,
    size,
    crew,
    image,
    control,
    batch: createBatch(placement, work.batch),
    reserver: createReserver(placement, control, allocate, work.reserver),
    ...(placement.kind === "packed" && { packer: createPacker(placement, work.packer) }),
    write: (at, from) => writeFully(fd, base + at, from, name),
  };
}
