import { requireUnused, type ImageLayer } from "../engine";
import type { FormatId, OptionValues } from "../../shared/model/format";
import { isOneFileVmdk } from "../../shared/model/one-file-vmdk";
import { changing } from "./change";
import { CommandError } from "./errors";
import { pathOf } from "./names";
import { formatName, openAlone, openChain, requireFormat, type ImageArgument } from "./open";

/** An image that a conversion writes anew under its name (`convert -n`). */
export interface ExistingTarget {
  readonly path: string;
  readonly format: FormatId;
  /** Bytes of its disk, which the new one keeps. */
  readonly size: number;
  /** What makes an image like it. */
  readonly options: OptionValues;
}

/** Bytes that are looked at together. */
const piece = 2 ** 20;

/**
 * Looks at the image that is to be written anew.
 * @param sourceSize Bytes of what is going to be written into it.
 * @throws CommandError in qemu-img's words when it cannot be opened or is too small, and in Lamina's when
 *   a new image cannot be like it or would lose something that it has.
 */
export function existingTarget(
  name: string,
  outputFormat: string,
  sourceSize: number,
): ExistingTarget {
  const argument: ImageArgument = { name, format: outputFormat, trust: false };
  const layer = openAlone(argument);
  try {
    const format = requireFormat(formatName(layer));
    const { size } = layer;
    const path = pathOf(name);
    changing(`Could not open '${name}': `, () => requireUnused(path));
    if (size < sourceSize) throw new CommandError("output file is smaller than input file");
    const lost =
      lossOf(layer) ?? (hasDataFrom(argument, sourceSize) ? "data behind it" : undefined);
    if (lost !== undefined) throw refusal(name, `${lost} would be lost`);
    const options = optionsLike(layer, format);
    if (options === undefined) throw refusal(name, "no other image can be made like it");
    return { path, format, size, options };
  } finally {
    layer.close();
  }
}

const refusal = (name: string, why: string): CommandError =>
  new CommandError(
    `'${name}' is written anew with -n, and ${why}. Convert to another name, without -n.`,
  );

/** What an image has that a new one in its place would not have. */
function lossOf({ parent, facts, lostSnapshots, lostBitmaps }: ImageLayer): string | undefined {
  if (facts.wrapping !== undefined) return "what it lies in";
  if (parent !== undefined) return "its backing file";
  if (facts.snapshots.length > 0 || lostSnapshots) return "its snapshots";
  if (facts.bitmaps.length > 0 || lostBitmaps) return "its bitmaps";
  if (facts.encryption !== undefined) return "its encryption";
  return facts.dataFile === undefined ? undefined : "its data file";
}

/** Whether the disk has anything but zeros from a byte on. */
function hasDataFrom(argument: ImageArgument, from: number): boolean {
  const { image } = openChain(argument);
  try {
    const bytes = Buffer.alloc(piece);
    for (const { at, run } of image.extents(from, image.size - from)) {
      if (run.kind === "zero") continue;
      for (let done = 0; done < run.length; done += piece) {
        const part = bytes.subarray(0, Math.min(piece, run.length - done));
        image.read(at + done, part);
        if (part.some((byte) => byte !== 0)) return true;
      }
    }
    return false;
  } finally {
    image.close();
  }
}

/** The options of a new image like this one; undefined where there are none. */
function optionsLike({ facts }: ImageLayer, format: FormatId): OptionValues | undefined {
  const detail = (name: string) => facts.details.find((each) => each.name === name)?.value;
  const { clusterSize, version, compression = "zlib" } = facts;
  if (format === "raw") return {};
  if (format === "qcow2" && version === "2" && clusterSize !== undefined)
    return { compat: "0.10", cluster_size: clusterSize };
  if (format === "qcow2" && clusterSize !== undefined)
    return {
      compat: "1.1",
      cluster_size: clusterSize,
      compression_type: compression,
      refcount_bits: String(detail("refcount bits")),
      lazy_refcounts: detail("lazy refcounts") === true,
      extended_l2: detail("extended L2") === true,
    };
  if (format === "vdi" && clusterSize === 2 ** 20)
    return { static: detail("image type") === "fixed" };
  if (format === "vpc" && detail("disk type") === "fixed") return { subformat: "fixed" };
  if (format === "vpc" && clusterSize === 2 ** 21) return {};
  if (format === "vhdx" && detail("LogicalSectorSize") === 512 && clusterSize !== undefined)
    return { subformat: String(detail("subformat")), block_size: clusterSize };
  if (clusterSize !== 2 ** 16 || detail("extents") !== 1) return undefined;
  if (!isOneFileVmdk({ format, facts })) return undefined;
  return {
    subformat: String(detail("createType")),
    adapter_type: String(detail("ddb.adapterType")),
    hwversion: String(detail("ddb.virtualHWVersion")),
    zeroed_grain: version === "2",
  };
}
