import type { InsideFinding } from "../../../../shared/model/inside";
import type { PreflightFinding } from "../../../../shared/model/preflight";
import type { ImageReport } from "../../../../shared/model/report";
import { diskSize, TiB, type PreflightFacts } from "./facts";

/** What of the source matters whatever it becomes. */
export function sourceFindings(facts: PreflightFacts): PreflightFinding[] {
  return [
    ...chainFindings(facts.source),
    ...stateFindings(facts.source),
    ...leftBehind(facts.source),
    ...tableFindings(facts),
    ...holderFindings(facts.source),
  ];
}

/** Who writes to it meanwhile, or that nobody can say. */
function holderFindings({ inUse = [], usersHidden, path }: ImageReport): PreflightFinding[] {
  const writer = inUse.find(({ writes }) => writes);
  if (writer === undefined)
    return usersHidden === true ? [{ id: "source-in-use-unknown", level: "note" }] : [];
  const { process, path: place, file = path } = writer;
  const name = process && [process.machine, process.name].filter((each) => each !== undefined);
  const by = process && name ? `${name.join(", ")} (${process.id})` : place;
  return [
    by === undefined
      ? { id: "source-in-use-hidden", level: "warning", values: { path: file } }
      : { id: "source-in-use", level: "warning", values: { path: file, by } },
  ];
}

function chainFindings({ layers, broken, unreadable }: ImageReport): PreflightFinding[] {
  const encrypted = layers.find(({ facts }) => facts.encryption !== undefined)?.facts.encryption;
  if (broken) return [{ id: "chain-broken", level: "stop", values: { name: broken.name } }];
  if (unreadable && encrypted !== undefined)
    return [{ id: "source-encrypted", level: "stop", values: { method: encrypted } }];
  if (unreadable)
    return [{ id: "source-unreadable", level: "stop", values: { message: unreadable.message } }];
  if (layers.length < 2) return [];
  return [{ id: "chain-flattened", level: "note", values: { count: layers.length } }];
}

function stateFindings({ layers }: ImageReport): PreflightFinding[] {
  const findings: PreflightFinding[] = [];
  const corrupt = layers.find(({ facts }) => facts.corrupt === true);
  if (corrupt)
    findings.push({ id: "source-corrupt", level: "warning", values: { path: corrupt.path } });
  const dirty = layers.find(({ facts }) => facts.dirty === true);
  if (dirty) findings.push({ id: "source-dirty", level: "warning", values: { path: dirty.path } });
  const [image] = layers;
  if (image?.doubt)
    findings.push({
      id: `source-${image.doubt.kind}`,
      level: "warning",
      values: { format: image.doubt.format },
    });
  return findings;
}

/** What a conversion does not carry over, or adds. */
function leftBehind({ layers: [image] }: ImageReport): PreflightFinding[] {
  if (image === undefined) return [];
  const { snapshots, bitmaps } = image.facts;
  const findings: PreflightFinding[] = [];
  if (snapshots.length > 0)
    findings.push({ id: "snapshots-left", level: "note", values: { count: snapshots.length } });
  if (bitmaps.length > 0)
    findings.push({ id: "bitmaps-left", level: "note", values: { count: bitmaps.length } });
  // Such files end within a sector; their disk goes on with zeros to its end.
  if (image.format === "raw" && image.fileLength % 512 !== 0)
    findings.push({
      id: "not-whole-sectors",
      level: "note",
      values: { length: image.fileLength, size: image.virtualSize },
    });
  return findings;
}

const damagedTables: readonly InsideFinding["id"][] = [
  "gpt-damaged",
  "gpt-primary-damaged",
  "gpt-backup-damaged",
  "mbr-extended-damaged",
];
const cutOff: readonly InsideFinding["id"][] = [
  "gpt-backup-missing",
  "partition-past-end",
  "content-past-end",
];

function tableFindings(facts: PreflightFacts): PreflightFinding[] {
  const { inside } = facts.source;
  if (inside === undefined) return [];
  const found = (ids: readonly InsideFinding["id"][]): boolean =>
    inside.findings.some(({ id }) => ids.includes(id));
  const findings: PreflightFinding[] = [];
  if (found(damagedTables)) findings.push({ id: "table-damaged", level: "warning" });
  if (found(cutOff)) findings.push({ id: "disk-cut-off", level: "warning" });
  if (found(["gpt-backup-not-at-end"]))
    findings.push({ id: "gpt-backup-not-at-end", level: "note" });
  const size = diskSize(facts);
  // 32 bits of sectors of 512 bytes.
  if (inside.table === "mbr" && size > 2 * TiB)
    findings.push({ id: "mbr-2-tib", level: "warning", values: { size, limit: 2 * TiB } });
  return findings;
}
