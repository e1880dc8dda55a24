import type { Content, Inside, InsideFinding, Partition } from "../../../shared/model/inside";
import { ImageError } from "../errors";
import type { DiskImage } from "../image/disk-image";
import { sliceSource } from "../io/slice";
import type { ByteSource } from "../io/source";
import { contentOf } from "./content";
import { findGpt } from "./find-gpt";
import { mbrSectorSize, readMbr } from "./mbr";
import { guestSource } from "./window";

/** Partitions that are told of and looked into; real disks have a dozen. */
const mostPartitions = 256;

/**
 * What is on the disk: its partition table and what each partition holds. Reads some sectors of
 * each; writes nothing.
 * @throws ImageError when the disk's first sectors cannot be read.
 */
export function insideOf(image: DiskImage): Inside {
  const source = guestSource(image);
  const whole = contentOf(source);
  const { table, sectorSize, bootCode, partitions: all, findings } = tableOf(source, whole);
  // A disc that boots from a stick has several tables on purpose, made for its own length.
  const isDisc = whole?.kind === "iso9660";
  const looked = all.slice(0, mostPartitions).map((partition) => lookInto(source, partition));
  const partitions = looked.map(({ partition }) => partition);
  return {
    table,
    sectorSize,
    bootCode,
    ...(whole !== undefined && { whole }),
    partitions,
    findings: [
      ...(isDisc ? [] : findings),
      ...(all.length > mostPartitions ? [{ id: "more-partitions" } as const] : []),
      ...placeFindings(source.size, partitions, isDisc),
      ...looked.flatMap(({ finding }) => (finding ? [finding] : [])),
    ],
  };
}

type Table = Pick<Inside, "table" | "sectorSize" | "bootCode" | "partitions" | "findings">;

function tableOf(source: ByteSource, whole: Content | undefined): Table {
  const none: Table = {
    table: "none",
    sectorSize: mbrSectorSize,
    bootCode: false,
    partitions: [],
    findings: [],
  };
  const mbr = readMbr(source);
  const { bootCode = false, partitions: entries = [] } = mbr ?? {};
  const protective = entries.some(({ kind }) => kind === "protective");
  const gpt = findGpt(source);
  if (gpt !== undefined && (protective || entries.length === 0)) {
    const findings: InsideFinding[] = [...gpt.findings];
    if (!protective) findings.push({ id: "gpt-no-protective-mbr" });
    else if (entries.length > 1) findings.push({ id: "hybrid-mbr" });
    return { ...gpt, table: "gpt", bootCode, findings };
  }
  // A file system's boot sector has the signature of an MBR, and its code, but no entries.
  if (mbr === undefined || (entries.length === 0 && whole !== undefined)) return none;
  const stale: InsideFinding[] = gpt === undefined ? [] : [{ id: "gpt-stale" }];
  const findings = [...mbr.findings, ...stale];
  return { ...none, table: "mbr", bootCode, partitions: [...entries], findings };
}

/** What the partition holds, as far as it lies on the disk. */
function lookInto(
  source: ByteSource,
  partition: Partition,
): { partition: Partition; finding?: InsideFinding } {
  const { number, start, length, kind } = partition;
  const within = Math.min(length, source.size - start);
  if (within <= 0 || kind === "extended" || kind === "protective") return { partition };
  try {
    const content = contentOf(sliceSource(source, start, within));
    if (content === undefined) return { partition };
    const cut = (content.size ?? 0) > length;
    return {
      partition: { ...partition, content },
      ...(cut && { finding: { id: "content-past-end", partition: number } }),
    };
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    return { partition, finding: { id: "partition-unreadable", partition: number } };
  }
}

function placeFindings(
  size: number,
  partitions: readonly Partition[],
  isDisc: boolean,
): InsideFinding[] {
  const past = partitions
    .filter(({ start, length, kind }) => start + length > size && kind !== "protective")
    .map(({ number }) => ({ id: "partition-past-end" as const, partition: number }));
  if (isDisc) return past;
  let end = 0;
  const overlapping = partitions
    .filter(({ kind }) => kind !== "extended" && kind !== "protective")
    .toSorted((one, other) => one.start - other.start)
    .filter(({ start, length }) => {
      const overlaps = start < end;
      end = Math.max(end, start + length);
      return overlaps;
    });
  return [
    ...past,
    ...overlapping.map(({ number }) => ({ id: "partitions-overlap" as const, partition: number })),
  ];
}
