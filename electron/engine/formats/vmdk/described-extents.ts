import { ImageError } from "../../errors";
import type { ByteSource } from "../../io/source";
import type { Format } from "../format";
import { openCowdExtent } from "./cowd-extent";
import type { Descriptor } from "./descriptor";
import type { Extent, SparseExtent } from "./extent";
import type { ExtentLine } from "./extent-line";
import { flatMap, noAccessMap, zeroMap } from "./flat-extent";
import { openHostedExtent } from "./hosted-extent";
import { bytesOf } from "./sector";
import { openSeSparseExtent } from "./sesparse-extent";
import { signatureOf } from "./signature";
import { errorAt } from "./vmdk-error";

/** What opens the files that an image names. */
export type Gate = Parameters<Format["open"]>[1];

/** Table pages that all extents of an image keep together. */
const allPages = 256;

/**
 * Opens the extents that a descriptor names, in its order, each through the gate. The caller closes them.
 * @param from The file that holds the descriptor.
 * @throws ImageError what the gate throws; `unsupported` for an extent type; `invalid-header` when a sparse
 *   extent is smaller than its line says; and what opening a sparse extent throws. Nothing stays open then.
 */
export function openDescribedExtents(
  from: ByteSource,
  descriptor: Descriptor,
  gate: Gate,
): readonly Extent[] {
  const lines = descriptor.extents.filter(({ sectors }) => sectors > 0);
  // Refused before anything is opened.
  const all = lines.reduce((sum, { sectors }) => sum + sectors, 0);
  bytesOf(all, "size of all extents", from.name);
  const cachePages = Math.max(2, Math.floor(allPages / Math.max(1, lines.length)));
  const extents: Extent[] = [];
  try {
    for (const line of lines) extents.push(openExtent(from, line, gate, cachePages));
  } catch (error) {
    for (const extent of extents) extent.close();
    throw error;
  }
  return extents;
}

function openExtent(from: ByteSource, line: ExtentLine, gate: Gate, cachePages: number): Extent {
  const { access, type, fileName } = line;
  const size = bytesOf(line.sectors, "extent's size", from.name);
  const simple = { size, type, compressed: false, details: [], close: () => {} };
  if (access === "NOACCESS") return { ...simple, map: noAccessMap(line, from.name) };
  if (fileName === undefined) return { ...simple, map: zeroMap };
  const opened = opener(from, line);
  const source = gate.open({ role: "extent", name: fileName, from: from.name });
  try {
    const extent = opened(source, size, cachePages);
    return { ...extent, size, type, fileName: besides(from.name, fileName), file: source };
  } catch (error) {
    source.close();
    throw error;
  }
}

/** Opens an extent's file once it is there. */
type Opener = (source: ByteSource, size: number, cachePages: number) => SparseExtent;

/** How to open an extent of the line's type, decided before anything is touched. */
function opener(from: ByteSource, line: ExtentLine): Opener {
  switch (line.type.toUpperCase()) {
    case "FLAT":
      if (line.offset === undefined) throw noOffset(from, line);
      return openFlat(from, line.offset);
    case "VMFS":
      return openFlat(from, line.offset ?? 0);
    case "SPARSE":
    case "VMFSSPARSE":
    case "SESPARSE":
      return openSparse;
    default:
      throw new ImageError(
        "unsupported",
        `${from.name}: extents of type ${line.type} have no file`,
        {
          file: from.name,
          expected: "SPARSE, FLAT, ZERO, VMFS, VMFSSPARSE or SESPARSE",
          found: line.type,
        },
      );
  }
}

function openFlat(from: ByteSource, offset: number): Opener {
  const offsetBytes = bytesOf(offset, "extent's offset", from.name);
  return (source, size) => {
    // Both may be valid and their sum past 2^53.
    bytesOf((offsetBytes + size) / 512, "end of an extent", from.name);
    return {
      size,
      compressed: false,
      details: [],
      map: flatMap(source, offsetBytes),
      close: () => source.close(),
    };
  };
}

function openSparse(source: ByteSource, size: number, cachePages: number): SparseExtent {
  const extent = openBySignature(source, cachePages);
  if (extent.size >= size) return extent;
  throw errorAt("invalid-header", source, 0, "the extent is smaller than its descriptor says", {
    expected: `${size} bytes`,
    found: extent.size,
  });
}

/** Sparse extents are told apart by their own first bytes, as in qemu. */
function openBySignature(source: ByteSource, cachePages: number): SparseExtent {
  const signature = signatureOf(source);
  if (signature === "KDMV") return openHostedExtent(source, cachePages);
  if (signature === "COWD") return openCowdExtent(source, cachePages);
  if (signature === "seSparse") return openSeSparseExtent(source, cachePages);
  throw errorAt("not-this-format", source, 0, "the file is no sparse extent", {
    expected: "KDMV, COWD or the seSparse magic",
  });
}

function noOffset({ name }: ByteSource, line: ExtentLine): ImageError {
  return new ImageError("invalid-header", `${name}: a FLAT extent has no offset`, {
    file: name,
    expected: 'RW SECTORS FLAT "FILE" OFFSET',
    found: `${line.access} ${line.sectors} ${line.type} "${line.fileName}"`,
  });
}

/** `name` as seen from the folder of `path`, both as written: what qemu-img shows. */
function besides(path: string, name: string): string {
  const isAbsolute = name.startsWith("/") || /^[A-Za-z]:[/\\]/.test(name);
  if (isAbsolute) return name;
  return path.slice(0, Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1) + name;
}
