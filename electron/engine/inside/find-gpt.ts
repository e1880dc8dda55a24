import type { Inside } from "../../../shared/model/inside";
import type { ByteSource } from "../io/source";
import { readGptHeader, sectorSizes, type GptHeader } from "./gpt";

/** What both copies of a GPT tell together. */
export type FoundGpt = Pick<Inside, "sectorSize" | "partitions" | "findings">;

/**
 * The GPT of a disk with sectors of 512 or 4096 bytes: the primary header in sector 1, or, when that
 * is not whole, the backup in the last sector; undefined when there is neither.
 * @throws ImageError as the source's `read`.
 */
export function findGpt(source: ByteSource): FoundGpt | undefined {
  let damaged: number | undefined;
  for (const sectorSize of sectorSizes) {
    const primary = readGptHeader(source, 1, sectorSize);
    if (typeof primary === "object") return withBackup(source, primary);
    if (primary === "damaged") damaged ??= sectorSize;
  }
  for (const sectorSize of sectorSizes) {
    const at = lastSector(source, sectorSize);
    const backup = readGptHeader(source, at, sectorSize);
    if (typeof backup !== "object") continue;
    const { partitions } = backup;
    const findings = [{ id: "gpt-primary-damaged", at: sectorSize } as const];
    return { sectorSize, partitions: [...partitions], findings };
  }
  if (damaged === undefined) return undefined;
  return { sectorSize: damaged, partitions: [], findings: [{ id: "gpt-damaged", at: damaged }] };
}

/** What the backup has to say of a primary that is whole. */
function withBackup(source: ByteSource, primary: GptHeader): FoundGpt {
  const { sectorSize, alternate } = primary;
  const found: FoundGpt = { sectorSize, partitions: [...primary.partitions], findings: [] };
  const at = alternate * sectorSize;
  if (at + sectorSize > source.size)
    return { ...found, findings: [{ id: "gpt-backup-missing", at }] };
  const backup = readGptHeader(source, alternate, sectorSize);
  if (typeof backup !== "object") return { ...found, findings: [{ id: "gpt-backup-damaged", at }] };
  if (alternate !== lastSector(source, sectorSize))
    return { ...found, findings: [{ id: "gpt-backup-not-at-end", at }] };
  return found;
}

function lastSector({ size }: ByteSource, sectorSize: number): number {
  return Math.floor(size / sectorSize) - 1;
}
