import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import {
  checkImage,
  convert,
  createControl,
  estimateImage,
  ImageError,
  mapImage,
  openImage,
  reportImage,
  type DiskImage,
  type OpenRequest,
} from "../../electron/engine";
import type { FormatId } from "../../shared/model/format";
import { imageReportSchema } from "../../shared/model/report";
import type { Random } from "../helpers/seed";

/** What one damaged image is put through. */
export interface Trial {
  readonly request: OpenRequest;
  /** An empty folder for what it is converted to; it is empty again afterwards. */
  readonly targets: string;
}

/** Something that must not be, and the part of the trial in which it was. */
export class Misbehaviour extends Error {
  override readonly name = "Misbehaviour";
}

/** Entries of the map that are looked at, and bytes of a disk that is small enough to be copied. */
const mostEntries = 5_000;
const mostData = 2 ** 22;
const mostSize = 2 ** 42;
const mostPacked = 2 ** 24;

/** A message is for a screen. */
const longestMessage = 10_000;

/**
 * Puts an image through all that Lamina does with it unasked, and through conversion. Whatever is wrong
 * with it may be told by ImageErrors only.
 * @throws Misbehaviour
 */
export function exercise({ request, targets }: Trial, random: Random): void {
  const report = typed("report", () => reportImage(request));
  if (report !== undefined) {
    const { error } = imageReportSchema.safeParse(report);
    if (error) throw new Misbehaviour(`report: ${error.message}`);
  }
  const mapped = typed("open", () => openImage(request));
  if (mapped === undefined) return;
  const data = look(mapped, random);
  const [top] = mapped.layers;
  typed("check", () => checkImage(request.path));
  if (top !== undefined && top.facts.snapshots.length > 0) lookAtSnapshot(request, random);
  const { wrapping } = top?.facts ?? {};
  // Whatever is in it, all of a packed file has to be read.
  const packed = wrapping !== undefined && wrapping.id !== "tar" && top!.source.size < mostPacked;
  if (packed || (data !== undefined && data <= mostData && mapped.size <= mostSize))
    convertTo(random.pick(["raw", "qcow2"] as const), { request, targets });
}

/** Reads and maps; tells how many bytes of data there are, when that can be told soon. */
function look(image: DiskImage, random: Random): number | undefined {
  try {
    const data = typed("map", () => dataIn(image));
    const places = [0, image.size >>> 1, image.size - 4096, random.between(0, 2 ** 20)];
    for (const at of places.map((place) => Math.max(0, Math.min(place, image.size))))
      typed("read", () => image.read(at, new Uint8Array(Math.min(4096, image.size - at))));
    if (data !== undefined) for (const format of ["raw", "qcow2"] as const) measure(image, format);
    return data;
  } finally {
    typed("close", () => image.close());
  }
}

function dataIn(image: DiskImage): number | undefined {
  let left = mostEntries;
  let bytes = 0;
  for (const { start, length, data, zero } of mapImage(image)) {
    if (data && !zero) {
      bytes += length;
      if (left > mostEntries - 4)
        typed("read data", () => image.read(start, new Uint8Array(Math.min(length, 65536))));
    }
    left -= 1;
    if (left === 0) return undefined;
  }
  return bytes;
}

function measure(image: DiskImage, format: FormatId): void {
  typed("measure", () => estimateImage(image, { format, options: {} }));
}

function lookAtSnapshot(request: OpenRequest, random: Random): void {
  typed("snapshot", () => {
    const image = openImage({ ...request, snapshot: random.between(0, 3) });
    try {
      image.read(0, new Uint8Array(Math.min(4096, image.size)));
      dataIn(image);
    } finally {
      image.close();
    }
  });
}

function convertTo(format: FormatId, { request, targets }: Trial): void {
  const control = createControl();
  const target = join(targets, "target");
  const source = { images: [request] };
  const how = { options: {}, replace: false, flush: false, control };
  const done = typed("convert", () => convert({ source, target, format, ...how }));
  if (done !== undefined) rmSync(target);
  const left = readdirSync(targets);
  if (left.length === 0) return;
  for (const name of left) rmSync(join(targets, name), { recursive: true });
  throw new Misbehaviour(`convert: left behind: ${left.join(", ")}`);
}

/** What `part` gives; undefined when it ends in an ImageError. */
function typed<T>(name: string, part: () => T): T | undefined {
  try {
    return part();
  } catch (error) {
    if (error instanceof Misbehaviour) throw error;
    if (!(error instanceof ImageError))
      throw new Misbehaviour(`${name}: ${error instanceof Error ? error.stack : String(error)}`);
    const { length } = error.message;
    if (length <= longestMessage) return undefined;
    throw new Misbehaviour(`${name}: a message of ${length} characters (${error.code})`);
  }
}
