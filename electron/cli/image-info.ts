import type { ImageLayer } from "../engine";
import type { SnapshotFacts } from "../../shared/model/facts";
import type { Json } from "./json";
import { nameBeside, withoutProtocol } from "./names";
import { formatName } from "./open";
import { humanSize } from "./sizes";
import { snapshotTable } from "./snapshot-table";

/** An opened image file and what qemu-img calls it. */
export interface NamedLayer {
  readonly layer: ImageLayer;
  readonly name: string;
}

const billion = 1_000_000_000n;

/** One image file as `info --output=json` shows it, the members in qemu-img 7.2's order. */
export function jsonInfo({ layer, name }: NamedLayer): Json {
  const { parent, facts, source } = layer;
  const format = formatName(layer);
  return {
    "backing-filename-format": parent?.format,
    snapshots: facts.snapshots.length === 0 ? undefined : facts.snapshots.map(jsonSnapshot),
    "virtual-size": layer.size,
    filename: withoutProtocol(name),
    "cluster-size": facts.clusterSize,
    format,
    "actual-size": source.allocated ?? source.size,
    "format-specific":
      facts.formatSpecific === undefined
        ? undefined
        : { type: format, data: asJson(facts.formatSpecific) },
    "full-backing-filename": parent && nameBeside(withoutProtocol(name), parent.name),
    encrypted: facts.encryption === undefined ? undefined : true,
    "backing-filename": parent?.name,
    "dirty-flag": facts.dirty ?? false,
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

/** One image file as `info` shows it to people. */
export function humanInfo({ layer, name }: NamedLayer): string {
  const { parent, facts, source } = layer;
  const lines = [
    `image: ${withoutProtocol(name)}`,
    `file format: ${formatName(layer)}`,
    `virtual size: ${humanSize(layer.size)} (${layer.size} bytes)`,
    `disk size: ${humanSize(source.allocated ?? source.size)}`,
  ];
  if (facts.encryption !== undefined) lines.push("encrypted: yes");
  if (facts.clusterSize !== undefined) lines.push(`cluster_size: ${facts.clusterSize}`);
  if (facts.dirty) lines.push("cleanly shut down: no");
  if (parent) {
    const full = nameBeside(withoutProtocol(name), parent.name);
    const place = full === parent.name ? "" : ` (actual path: ${full})`;
    lines.push(`backing file: ${parent.name}${place}`);
    if (parent.format !== undefined) lines.push(`backing file format: ${parent.format}`);
  }
  if (facts.snapshots.length > 0) lines.push("Snapshot list:", ...snapshotTable(facts.snapshots));
  if (facts.formatSpecific !== undefined)
    lines.push("Format specific information:", ...tree(asJson(facts.formatSpecific), "    "));
  return lines.map((line) => `${line}\n`).join("");
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
  if (typeof value !== "object") return [];
  const entries = Array.isArray(value)
    ? value.map((each: Json, at): [string, Json] => [`[${at}]`, each])
    : Object.entries(value).map(([key, each]): [string, Json] => [
        key.replaceAll(/[-_]/g, " "),
        each ?? "",
      ]);
  return entries.flatMap(([label, each]) =>
    typeof each === "object"
      ? [`${indent}${label}:`, ...tree(each, `${indent}    `)]
      : [`${indent}${label}: ${each}`],
  );
}
