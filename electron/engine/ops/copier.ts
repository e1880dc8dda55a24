import type { DiskImage } from "../image/disk-image";
import { readFully, writeFully } from "../io/file";
import { reserveSpace } from "../io/holes";
import type { FilePlace } from "../io/source";
import { createBatch, type Batch } from "./batch";
import { createControl, type Control } from "./control";
import { createCopyBuffer, STEP, type CopyBuffer } from "./copy-buffer";
import { copyOperation } from "./copy-operation";
import { createCrew, type Crew } from "./crew";
import type { createPackedCopy } from "./pack-operation";
import { createPacker, type Packer } from "./packer";
import { operationSize, type Operation, type Piece, type PlannedPart } from "./plan";
import { createReserver, type Reserver } from "./reserve";
import type { SourceRequest } from "./source";
import { runThrough, type Steps } from "./steps";

/** All that a copier thread needs to know: plain data and shared memory, made by `convert`. */
export interface CopierWork {
  /**
   * Opened by the copier itself, and only when it has to read through the image (compressed data).
   */
  readonly source: SourceRequest;
  /** Virtual size of the source in bytes. */
  readonly size: number;
  /** Where the data goes: one file, or several with a stretch of the disk in each. */
  readonly parts: readonly CopierPart[];
  /** Write everything, zeros too. */
  readonly keepZeros: boolean;
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

/** A file that receives a stretch of the disk. */
export interface CopierPart extends PlannedPart {
  /** The open file; valid until the conversion ends. */
  readonly target: FilePlace & { readonly name: string };
}

/** A part of the target as a copier uses it. */
export interface PartTools extends PlannedPart {
  readonly reserver: Reserver;
  write(hostAt: number, from: Uint8Array): void;
}

/** What a copier works with, whether it is the converting thread or one that was started for it. */
export interface CopierTools {
  readonly crew: Crew;
  readonly batch: Batch;
  readonly control: Control;
  /** The source, whole; opened when it is first asked for. */
  image(): DiskImage;
  /** Virtual size of the source in bytes, as it was planned with. */
  readonly size: number;
  /** All alike in kind of placement and block size. */
  part(index: number): PartTools;
  readonly keepZeros: boolean;
  /** There for a packed placement, which has one part. */
  readonly packing?: { readonly packer: Packer; readonly createCopy: typeof createPackedCopy };
}

/**
 * What a copier thread mostly does without, and what takes longer to load than all the rest of it:
 * formats, compression. Each is called when it is first needed.
 */
export interface CopierExtras {
  /** Opens the source once more. The copier closes it. @throws ImageError as opening does. */
  openImage(work: CopierWork): DiskImage;
  readonly createPackedCopy: typeof createPackedCopy;
}

/**
 * A function that copies operations of the open batch, one a step, until none is left or another
 * copier has failed.
 * @throws ImageError as reading and writing do, `cancelled`.
 */
export function createCopier(tools: CopierTools): () => Steps<void> {
  const { crew, batch, control } = tools;
  let part = -1;
  let buffer: CopyBuffer | undefined;
  let copy: OperationCopy | undefined;
  return function* () {
    if (copy === undefined || batch.part !== part) {
      part = batch.part;
      const partTools = tools.part(part);
      const { placement } = partTools;
      // One for all parts: it is memory that is given back late.
      buffer ??= createCopyBuffer(placement.kind === "packed" ? operationSize(placement) : STEP);
      copy = createOperationCopy(tools, partTools, buffer);
    }
    for (let index = crew.take(); crew.has(index); index = crew.take()) {
      const operation = batch.operation(index);
      copy(index, operation);
      control.addDone(operation.dataBytes);
      yield;
    }
  };
}

/** What a copier does with one operation of the batch: copies it, and notes where it went. */
type OperationCopy = (index: number, operation: Operation) => void;

function createOperationCopy(
  tools: CopierTools,
  { placement, from, to, reserver, ...part }: PartTools,
  buffer: CopyBuffer,
): OperationCopy {
  const { crew, batch, control, size, keepZeros, packing } = tools;

  function read(piece: Piece, at: number, into: Uint8Array): void {
    if (piece.zeros) {
      into.fill(0);
      return;
    }
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

  function write(hostAt: number, bytes: Uint8Array): void {
    reserver.before(hostAt, bytes.length);
    part.write(hostAt, bytes);
  }

  function checkpoint(): void {
    control.waitWhilePaused();
    control.throwIfCancelled();
  }
  const place = { buffer, read, write, checkpoint, keepZeros };

  if (placement.kind === "packed") {
    if (packing === undefined) throw new Error("A packed placement needs a packer.");
    const { packer, createCopy } = packing;
    const { ordered = false } = placement;
    const copy = createCopy(placement, {
      ...place,
      take: (index, pieces) =>
        ordered ? crew.inTurn(index, () => packer.take(pieces)) : packer.take(pieces),
    });
    return (index, operation) => batch.setPacked(index, copy(index, operation));
  }
  const takeSlots = (count: number): number => crew.takeSlots(count);
  const plainPlace = { ...place, placement, from, size: Math.min(to, size), takeSlots };
  return (index, operation) => {
    const placing = copyOperation(operation, plainPlace);
    if (placing !== undefined) batch.setPlaced(index, placing.slot, placing.blocks);
  };
}

/**
 * What a copier thread runs: takes operations until the conversion ends, and returns then. Never
 * throws: what goes wrong is told to the converting thread.
 */
export function copierMain(work: CopierWork, extras: CopierExtras): void {
  const crew = createCrew(work.crew);
  let opened: DiskImage | undefined;
  let copy: (() => Steps<void>) | undefined;
  const image = (): DiskImage => (opened ??= extras.openImage(work));
  try {
    crew.eachBatch(() => {
      copy ??= createCopier(toolsOf(work, crew, { ...extras, image }));
      runThrough(copy());
    });
  } finally {
    opened?.close();
  }
}

/** The tools of a thread that writes to the target by its descriptors. */
function toolsOf(
  work: CopierWork,
  crew: Crew,
  { image, createPackedCopy: createCopy }: CopierExtras & Pick<CopierTools, "image">,
): CopierTools {
  const { parts, size, keepZeros } = work;
  const control = createControl(work.control);
  const { placement } = partAt(parts, 0);

  function part(index: number): PartTools {
    const { target, ...planned } = partAt(parts, index);
    const { fd, base, name } = target;
    const allocate = (at: number, length: number) => reserveSpace(fd, name, base + at, length);
    return {
      ...planned,
      reserver: createReserver(planned.placement, control, allocate, work.reserver),
      write: (at, from) => writeFully(fd, base + at, from, name),
    };
  }
  return {
    size,
    keepZeros,
    crew,
    image,
    control,
    part,
    batch: createBatch(placement, work.batch),
    ...(placement.kind === "packed" && {
      packing: { packer: createPacker(placement, work.packer), createCopy },
    }),
  };
}

/** The part of that index, which there is. */
export function partAt<Part>(parts: readonly Part[], index: number): Part {
  const part = parts[index];
  if (part === undefined) throw new Error(`The target has no part ${index}.`);
  return part;
}
