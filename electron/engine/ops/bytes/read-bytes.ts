import type { BytesOrigin, BytesRead, FilePart } from "../../../../shared/model/bytes";
import { ImageError } from "../../errors";
import { probeFormat } from "../../formats/registry";
import { checkRange, type DiskImage, type Extent } from "../../image/disk-image";
import type { ByteSource } from "../../io/source";
import { openSide, type Side, type SideRequest } from "./side";

/** What is looked at apart where a longer stretch cannot be read as a whole; bytes. */
const PIECE = 4096;

/** Bytes of one side of an image, from `at` on. Plain data: it crosses threads. */
export interface ReadRequest extends SideRequest {
  readonly at: number;
  /** Bytes; fewer are given where the side ends. */
  readonly length: number;
}

/**
 * Bytes of an image, who answers for them, and what they are for. What cannot be read is told, and
 * the rest given.
 * @throws ImageError when the image cannot be opened, `invalid-argument` for an offset behind its end.
 */
export function readBytes(request: ReadRequest): BytesRead {
  const side = openSide(request);
  try {
    const { size } = side;
    const { at } = request;
    checkRange(at, 0, size);
    const bytes = new Uint8Array(Math.min(request.length, size - at));
    return {
      size,
      bytes,
      unreadable: readPieces(side, at, bytes),
      origins: side.image === undefined ? [] : originsOf(side.image, at, bytes.length),
      parts: side.file === undefined ? [] : partsOf(side.file, at, bytes.length),
    };
  } finally {
    side.close();
  }
}

function readPieces(side: Side, at: number, into: Uint8Array): BytesRead["unreadable"] {
  const unreadable: BytesRead["unreadable"] = [];
  if (failureOf(() => side.read(at, into)) === undefined) return unreadable;
  for (let done = 0; done < into.length;) {
    const length = Math.min(PIECE - ((at + done) % PIECE), into.length - done);
    const part = into.subarray(done, done + length);
    const failure = failureOf(() => side.read(at + done, part));
    if (failure !== undefined) {
      part.fill(0);
      const last = unreadable.at(-1);
      const { code, message } = failure;
      if (last?.message === message && last.at + last.length === at + done) last.length += length;
      else unreadable.push({ at: at + done, length, code, message });
    }
    done += length;
  }
  return unreadable;
}

/** Who answers; of what cannot be told the rest is left out. */
function originsOf(image: DiskImage, at: number, length: number): BytesOrigin[] {
  const origins: BytesOrigin[] = [];
  failureOf(() => {
    for (const extent of image.extents(at, length)) origins.push(originOf(extent, image));
  });
  return origins;
}

function originOf({ at, depth, run }: Extent, { layers }: DiskImage): BytesOrigin {
  const { length } = run;
  const own = layers[depth]?.source.name;
  if (run.kind === "unallocated") return { at, length, kind: "unallocated" };
  const from = own === undefined ? {} : { file: own };
  if (run.kind === "zero") return { at, length, kind: "zero", ...from };
  if (run.kind === "encoded") return { at, length, kind: "compressed", ...from, hostAt: run.at };
  const { source } = run;
  if (source.derived === true) return { at, length, kind: "data", ...from };
  // A part of a file (an extent's data, a disk in an archive) counts from its own beginning.
  return { at, length, kind: "data", file: source.name, hostAt: (source.file?.base ?? 0) + run.at };
}

/** What the file's own format has names for; nothing where its tables are damaged. */
function partsOf(file: ByteSource, at: number, length: number): FilePart[] {
  let parts: readonly FilePart[] = [];
  failureOf(() => {
    parts = probeFormat(file).parts?.(file, at, length) ?? [];
  });
  return [...parts];
}

function failureOf(read: () => void): ImageError | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (error instanceof ImageError) return error;
    throw error;
  }
}
