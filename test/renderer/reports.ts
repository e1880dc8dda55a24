import type { ImageReport, LayerReport } from "../../shared/model/report";

export const KiB = 1024;
export const MiB = 1024 * KiB;
export const GiB = 1024 * MiB;

/** A layer of 40 GiB with nothing special; sizes in bytes. */
export function layer(path: string, changes: Partial<LayerReport> = {}): LayerReport {
  return {
    path,
    format: "qcow2",
    virtualSize: 40 * GiB,
    fileLength: 6 * GiB,
    allocated: 5 * GiB,
    answers: 4 * GiB,
    holds: 4 * GiB,
    facts: { version: "3", clusterSize: 64 * KiB, snapshots: [], bitmaps: [], details: [] },
    ...changes,
  };
}

/** A report of one qcow2 file; sizes in bytes. */
export function report(path: string, changes: Partial<ImageReport> = {}): ImageReport {
  return {
    path,
    name: path.slice(path.lastIndexOf("/") + 1),
    folder: path.slice(0, path.lastIndexOf("/")),
    layers: [layer(path)],
    own: { data: 4 * GiB, compressed: 0, compressedGuest: 0, rest: GiB },
    throughChain: 4 * GiB,
    host: { free: 80 * GiB, capacity: 400 * GiB },
    ...changes,
  };
}
