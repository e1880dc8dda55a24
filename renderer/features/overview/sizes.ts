import type { ImageReport, LayerReport } from "../../../shared/model/report";

/** What the size bars of one image are drawn from; all in bytes. */
export interface Sizes {
  readonly virtual: number;
  readonly length: number;
  readonly allocated: number | undefined;
  readonly throughChain: number | undefined;
  /** What the backing files answer of `throughChain`. */
  readonly fromBacking: number;
  /** What the whole width of every bar stands for: an image may take more than it promised. */
  readonly scale: number;
}

/** The image's own file: the first layer. */
export function imageLayer(report: ImageReport): LayerReport {
  const [image] = report.layers;
  if (image === undefined) throw new Error("A report has at least one layer");
  return image;
}

/** Gathers the sizes that stand together on the Overview. */
export function sizesOf(report: ImageReport): Sizes {
  const { virtualSize, fileLength, allocated } = imageLayer(report);
  const { data, compressed, rest } = report.own;
  const backing = report.layers.slice(1);
  return {
    virtual: virtualSize,
    length: fileLength,
    allocated,
    throughChain: report.throughChain,
    fromBacking: backing.reduce((sum, layer) => sum + layer.answers, 0),
    scale: Math.max(virtualSize, fileLength, allocated ?? 0, data + compressed + rest),
  };
}

/** Whether the host can keep the promise made to the guest. */
export type Growth =
  | { readonly kind: "unreadable" | "medium" | "full" | "shared" }
  | { readonly kind: "unknown"; readonly left: number }
  | { readonly kind: "fits" | "does-not-fit"; readonly left: number; readonly free: number };

/**
 * Holds what was promised and is not yet written into the image's own file against what the file
 * system has free. What is compressed takes its full size once the guest writes to it.
 */
export function growthOf(report: ImageReport): Growth {
  const { format, virtualSize, facts } = imageLayer(report);
  if (report.unreadable !== undefined) return { kind: "unreadable" };
  if (format === "iso") return { kind: "medium" };
  const left = virtualSize - report.own.data;
  if (left <= 0) return { kind: facts.snapshots.length > 0 ? "shared" : "full" };
  if (report.host === undefined) return { kind: "unknown", left };
  const { free } = report.host;
  return { kind: left <= free ? "fits" : "does-not-fit", left, free };
}
