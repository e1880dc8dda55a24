import type { Inside } from "../../../shared/model/inside";
import type { BrokenLink, Failure, ImageReport, LayerReport } from "../../../shared/model/report";
import { ImageError } from "../errors";
import { stackLayers, type BrokenChain, type DiskImage } from "../image/disk-image";
import type { ImageLayer } from "../image/layer";
import { openImage, type OpenRequest } from "../image/open-image";
import { freeSpace } from "../io/file";
import { baseNameOf, folderOf } from "../io/paths";
import { insideOf } from "../inside/inside";
import { toFailure } from "./failure";
import { formatDoubt } from "./format-doubt";
import { tellsUsers, usersOf } from "./in-use";
import { storedExtents } from "./stored-extents";
import { volumeOf } from "./target-volume";

/**
 * Opens the image, reads all that the Overview shows, and closes it again. A broken chain is told
 * in the report, and so is damage that keeps its guest data from being read.
 * @throws ImageError when the image itself cannot be opened.
 */
export function reportImage(request: OpenRequest): ImageReport {
  const image = openImage(request);
  try {
    return reportOf(image, request);
  } finally {
    image.close();
  }
}

function reportOf(image: DiskImage, { path, format }: OpenRequest): ImageReport {
  const { usage, unreadable } = usageOf(image);
  const users = usersOf(
    path,
    image.layers.slice(1).map(({ source }) => source.name),
  );
  return {
    path,
    name: baseNameOf(path),
    folder: folderOf(path),
    layers: image.layers.map((layer, depth) =>
      layerReport(layer, {
        above: image.layers[depth - 1],
        below: image.layers[depth + 1],
        answers: usage.answers[depth] ?? 0,
        holds: usage.holds[depth] ?? 0,
        declared: depth > 0 || format !== undefined,
      }),
    ),
    broken: image.broken && brokenLink(image.broken),
    unreadable,
    own: usage.own,
    throughChain:
      image.broken || unreadable ? undefined : usage.answers.reduce((sum, bytes) => sum + bytes, 0),
    host: freeSpace(path),
    inside: unreadable ? undefined : readableInside(image),
    ...(users.length > 0 && { inUse: users }),
    ...(!tellsUsers(process.platform, volumeOf(path).kind) && { usersHidden: true }),
  };
}

/** What is on the disk; undefined where that cannot be read, which the rest of the report tells of. */
function readableInside(image: DiskImage): Inside | undefined {
  try {
    return insideOf(image);
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    return undefined;
  }
}

interface Usage {
  readonly own: ImageReport["own"];
  /** Guest bytes that each layer answers with data. */
  readonly answers: readonly number[];
  /** Guest bytes that each layer holds, whatever lies above it. */
  readonly holds: readonly number[];
}

/** How the space is used; where that cannot be read, the image's other facts are still worth showing. */
function usageOf(image: DiskImage): { usage: Usage; unreadable?: Failure } {
  try {
    for (const layer of image.layers) layer.requireReadable?.();
    const holds = image.layers.map(heldBy);
    return { usage: { own: ownUsage(image), answers: answersOf(image), holds } };
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    const [layer] = image.layers;
    const rest = (layer && hostSizes(layer).allocated) ?? 0;
    const usage = {
      own: { data: 0, compressed: 0, compressedGuest: 0, rest },
      answers: [],
      holds: [],
    };
    return { usage, unreadable: toFailure(error) };
  }
}

/** What lies behind a broken link counts for nobody. */
function answersOf({ layers }: DiskImage): number[] {
  const answers = layers.map(() => 0);
  for (const { depth, run } of storedExtents(stackLayers(layers))) {
    answers[depth] = (answers[depth] ?? 0) + run.length;
  }
  return answers;
}

function heldBy(layer: ImageLayer): number {
  let held = 0;
  for (const { run } of storedExtents(stackLayers([layer]))) held += run.length;
  return held;
}

/** What an image takes with the files that hold its data besides its own, in bytes. */
function hostSizes({ source, otherFiles = [] }: ImageLayer): {
  readonly fileLength: number;
  readonly allocated: number | undefined;
} {
  // Two extents may lie in one file.
  const files = [source, ...new Map(otherFiles.map((file) => [file.name, file])).values()];
  return {
    fileLength: files.reduce((sum, { size }) => sum + size, 0),
    allocated: files.reduce<number | undefined>(
      (sum, { allocated }) =>
        sum === undefined || allocated === undefined ? undefined : sum + allocated,
      0,
    ),
  };
}

/** Bytes of a sector, in which qcow2 counts what a compressed cluster takes. */
const sectorSize = 512;

/**
 * Bytes that encoded data takes. qcow2 packs streams one behind the other and counts each to the end of
 * its last sector, where the next one begins: a sector counts for the stream that its first byte is of.
 */
function takenBy({ at, stored }: { at: number; stored: number }, { format }: ImageLayer): number {
  if (format !== "qcow2") return stored;
  return Math.max(0, at + stored - Math.ceil(at / sectorSize) * sectorSize);
}

/** How the image's own files are used, whatever lies below them: together what they take. */
function ownUsage({ layers: [layer] }: DiskImage): ImageReport["own"] {
  let data = 0;
  let compressed = 0;
  let compressedGuest = 0;
  if (layer === undefined) return { data, compressed, compressedGuest, rest: 0 };
  for (const { run } of storedExtents(stackLayers([layer]))) {
    if (run.kind === "data") {
      data += run.length;
    } else {
      compressed += takenBy(run, layer);
      compressedGuest += run.length;
    }
  }
  const { allocated } = hostSizes(layer);
  if (allocated === undefined) return { data, compressed, compressedGuest, rest: 0 };
  // Without blocks there is nothing but data, and the host counts it in units of its own. One that
  // compresses takes less than what it stores.
  if (layer.blockSize === 1) data = allocated;
  data = Math.min(data, allocated);
  compressed = Math.min(compressed, allocated - data);
  return { data, compressed, compressedGuest, rest: allocated - data - compressed };
}

function layerReport(
  layer: ImageLayer,
  chain: {
    readonly above: ImageLayer | undefined;
    readonly below: ImageLayer | undefined;
    readonly answers: number;
    readonly holds: number;
    readonly declared: boolean;
  },
): LayerReport {
  const { source, format, size, facts } = layer;
  const { fileLength, allocated } = hostSizes(layer);
  const { above, below, answers, holds, declared } = chain;
  const doubt = formatDoubt(layer, declared);
  return {
    path: source.name,
    namedAs: above?.parent?.name,
    format: format as LayerReport["format"],
    virtualSize: size,
    fileLength,
    allocated,
    answers,
    holds,
    ...(below && staleBase(layer, below)),
    ...(doubt && { doubt }),
    facts,
  };
}

function staleBase(layer: ImageLayer, below: ImageLayer): Pick<LayerReport, "staleBase"> {
  const newer = (below.source.modified ?? 0) > (layer.source.modified ?? Infinity);
  const size = below.size === layer.size ? "same" : below.size > layer.size ? "larger" : "smaller";
  return newer || size !== "same" ? { staleBase: { newer, size } } : {};
}

function brokenLink({ reference, path, format, error }: BrokenChain): BrokenLink {
  const { from, name } = reference;
  return { from, name, path, format, failure: toFailure(error) };
}
