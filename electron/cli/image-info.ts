import type { ImageLayer } from "../engine";
import type { FactDetail, SnapshotFacts } from "../../shared/model/facts";
import type { Json } from "./json";
import { nameBeside, nameInFolderOf } from "./names";
import { formatName } from "./open";
import { humanSize } from "./sizes";
import { snapshotTable } from "./snapshot-table";

/** An opened image file and what qemu-img calls it. */
export interface NamedLayer {
  readonly layer: ImageLayer;
  readonly name: string;
  /** What to show instead, when it was opened by more than a name. */
  readonly shown?: string;
}

/** Formats of which qemu-img tells neither the cluster size nor whether they were closed cleanly. */
const withoutStatus = new Set(["parallels"]);

/** What is told of the file that an image is wrapped in. */
const wrappingDetails = new Set<FactDetail["id"]>(["disk-in-archive", "unpacked-size"]);

const billion = 1_000_000_000n;

/** One image file as `info --output=json` shows it, the members in qemu-img 7.2's order. */
export function jsonInfo({ layer, name, shown }: NamedLayer): Json {
  const { facts } = layer;
  const parent = namedParent(layer);
  const { wrapping } = facts;
  const format = formatName(layer);
  const hasStatus = !withoutStatus.has(format);
  return {
    "backing-filename-format": parent?.format,
    snapshots: facts.snapshots.length === 0 ? undefined : facts.snapshots.map(jsonSnapshot),
    "virtual-size": wrapping?.sizeKnown === false ? undefined : layer.size,
    filename: shown ?? name,
    "cluster-size": hasStatus ? facts.clusterSize : undefined,
    format,
    "actual-size": sizeOnDisk(layer),
    "format-specific":
      facts.formatSpecific === undefined
        ? undefined
        : { type: format, data: asJson(specificOf(layer, name)) },
    "full-backing-filename": parent && nameBeside(name, parent.name),
    encrypted: facts.encryption === undefined ? undefined : true,
    "backing-filename": parent?.name,
    "dirty-flag": hasStatus ? (facts.dirty ?? false) : undefined,
    // Lamina's own: qemu-img takes an archive or a compressed file for a raw disk.
    wrapping: wrapping && { type: wrapping.id, member: wrapping.member },
  };
}

function jsonSnapshot(snapshot: SnapshotFacts): Json {
  const clock = BigInt(snapshot.vmClockNanoseconds);
  return {
    icount: snapshot.icount === undefined ? undefined : BigInt.asIntN(64, BigInt(snapshot.icount)),
    "vm-clock-nsec": clock % billion,
    name: snapshot.name,
    "date-sec": snapshot.dateSeconds,
    "date-nsec": snapshot.dateNanoseconds,
    "vm-clock-sec": clock / billion,
    id: snapshot.id,
    "vm-state-size": snapshot.vmStateSize,
  };
}

/** The parent, where the image has a file's name for it. */
function namedParent({ parent }: ImageLayer): ImageLayer["parent"] {
  return parent?.find === undefined ? parent : undefined;
}

/** One image file as `info` shows it to people. */
export function humanInfo({ layer, name, shown }: NamedLayer): string {
  const { facts } = layer;
  const parent = namedParent(layer);
  const lines = [
    `image: ${shown ?? name}`,
    `file format: ${formatName(layer)}`,
    `virtual size: ${virtualSize(layer)}`,
    `disk size: ${humanSize(sizeOnDisk(layer))}`,
  ];
  lines.push(...wrappingLines(facts));
  if (facts.encryption !== undefined) lines.push("encrypted: yes");
  const hasStatus = !withoutStatus.has(layer.format);
  if (hasStatus && facts.clusterSize !== undefined)
    lines.push(`cluster_size: ${facts.clusterSize}`);
  if (hasStatus && facts.dirty) lines.push("cleanly shut down: no");
  if (parent) {
    const full = nameBeside(name, parent.name);
    const place = full === parent.name ? "" : ` (actual path: ${full})`;
    lines.push(`backing file: ${parent.name}${place}`);
    if (parent.format !== undefined) lines.push(`backing file format: ${parent.format}`);
  }
  if (facts.snapshots.length > 0) lines.push("Snapshot list:", ...snapshotTable(facts.snapshots));
  if (facts.formatSpecific !== undefined)
    lines.push("Format specific information:", ...tree(asJson(specificOf(layer, name)), "    "));
  return lines.map((line) => `${line}\n`).join("");
}

/** A compressed image may leave its size open: it is told as well as the file tells it. */
function virtualSize({ size, facts }: ImageLayer): string {
  const told = `${humanSize(size)} (${size} bytes)`;
  if (facts.wrapping?.sizeKnown !== false) return told;
  return size === 0 ? "unknown" : `about ${told}`;
}

function wrappingLines({ wrapping, details }: ImageLayer["facts"]): string[] {
  if (wrapping === undefined) return [];
  const { id, member } = wrapping;
  const told = details.filter((detail) => wrappingDetails.has(detail.id));
  return [
    `wrapped in: ${id}${member === undefined ? "" : ` (${member})`}`,
    ...told.map(({ name, value }) => `${name}: ${value}`),
  ];
}

/** What only this format has to tell, with qemu-img's names of the files in it. */
function specificOf({ facts, source }: ImageLayer, name: string): unknown {
  const data = facts.formatSpecific;
  const extents: unknown = data?.["extents"];
  // A file that was opened by its name on the command line has names like it; others have paths.
  if (source.name === name || !Array.isArray(extents)) return data;
  const named = extents.map((extent: Record<string, unknown>) => {
    const path = extent["filename"];
    if (typeof path !== "string") return extent;
    return { ...extent, filename: nameInFolderOf(name, path) };
  });
  return { ...data, extents: named };
}

/** Bytes that the image takes on the host, all its files together. */
function sizeOnDisk({ source, otherFiles = [], facts }: ImageLayer): number {
  // qemu-img opens no data file to tell of an image.
  if (facts.dataFile !== undefined) return source.allocated ?? source.size;
  return [source, ...otherFiles].reduce((sum, file) => sum + (file.allocated ?? file.size), 0);
}

/** The engine hands out what crosses threads: strings, numbers, booleans, lists and records of them. */
function asJson(value: unknown): Json {
  if (Array.isArray(value)) return value.map(asJson);
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number" || typeof value === "bigint") return value;
  return Object.fromEntries(
    Object.entries(value ?? {}).map(([key, member]) => [key, asJson(member)]),
  );
}

/** Members and elements one a line, what they hold below them; "-" in a key reads as a space. */
function tree(value: Json, indent: string): string[] {
  if (typeof value !== "object" || value === null) return [];
  const entries = Array.isArray(value)
    ? value.map((each: Json, at): [string, Json] => [`[${at}]`, each])
    : Object.entries(value).map(([key, each]): [string, Json] => [
        key.replaceAll(/[-_]/g, " "),
        each ?? "",
      ]);
  return entries.flatMap(([label, each]) =>
    typeof each === "object" && each !== null
      ? [`${indent}${label}:`, ...tree(each, `${indent}    `)]
      : [`${indent}${label}: ${each}`],
  );
}
