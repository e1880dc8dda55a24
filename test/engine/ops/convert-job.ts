import { closeSync, ftruncateSync, openSync, statSync, writeSync } from "node:fs";
import {
  createControl,
  type ConvertJob,
  type OpenRequest,
  type SourceRequest,
} from "../../../electron/engine";

/** What may be different; a source may be one image. */
type JobPart = Partial<Omit<ConvertJob, "source">> & {
  readonly source?: OpenRequest | SourceRequest;
};

/** A job with everything at its plainest; `over` says what is different. */
export function jobOf(
  source: string,
  target: string,
  format: ConvertJob["format"],
  { source: given = { path: source, grants: [] }, ...over }: JobPart = {},
): ConvertJob {
  return {
    source: "images" in given ? given : { images: [given] },
    target,
    format,
    options: {},
    replace: false,
    flush: false,
    control: createControl(),
    ...over,
  };
}

/** Bytes that the host has given to a file. */
export const allocatedBytes = (path: string): number => statSync(path).blocks * 512;

/** A sparse raw file with 4096 bytes of data at every `distance` bytes. */
export function writeIslands(path: string, count: number, distance: number): void {
  const fd = openSync(path, "w");
  const bytes = new Uint8Array(4096);
  for (let index = 0; index < count; index++) {
    bytes.fill(1 + (index % 255));
    writeSync(fd, bytes, 0, bytes.length, index * distance);
  }
  ftruncateSync(fd, count * distance);
  closeSync(fd);
}
