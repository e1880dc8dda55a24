import { fields, putFields } from "../../codec/fields";
import { ImageError } from "../../errors";
import type { ByteTarget } from "../../io/source";
import { zeroRange } from "../../io/zero-range";
import type { Resizing } from "../format";
import { createFindings } from "../findings";
import { changedSector, type ChangedSector } from "./changed-descriptor";
import { checkGrains } from "./check-grains";
import { readDescriptor } from "./descriptor";
import { headerSize, readHostedHeader, type HostedHeader } from "./hosted-header";
import { growFlat } from "./resize-flat";
import { sectorSize } from "./sector";
import { signatureOf } from "./signature";
import { errorAt } from "./vmdk-error";

/** Bytes of a grain table entry. */
const entrySize = 4;
/** As in qemu: enough for 8 TiB in 512-byte grains. */
const mostTables = 32 * 1024 * 1024;

/**
 * Grows a VMDK that is one sparse file, or a descriptor and one flat file. Of a sparse one, whole new grain directories, with tables for what is new, are
 * written behind the data; one write of the header's sector switches to them and makes the disk larger.
 * The descriptor, which readers of such a file do not ask for the size, follows.
 */
export const vmdkResize: Resizing = {
  shrinks: false,
  preallocations: ["off"],
  run(file, newSize, how) {
    if (signatureOf(file) === "descriptor") {
      growFlat(file, newSize, how);
      return;
    }
    const header = sparseHeader(file);
    const size = Math.ceil(newSize / sectorSize) * sectorSize;
    if (size === header.capacity) return;
    const described = describedSize(file, header, size);
    const tables = layoutOf(header, size);
    if (tables.after > mostTables)
      throw new ImageError("invalid-argument", `${file.name}: the disk is too large for VMDK`, {
        file: file.name,
        expected: `at most ${mostTables} grain tables`,
        found: tables.after,
      });
    requireSound(file, header);
    requireNothingBehind(file, header, tables);
    const at = Math.ceil(file.size / header.grainSize) * header.grainSize;
    const { directories, end } = placed(file, header, tables, at);
    for (const { to, bytes } of directories) file.write(to, bytes);
    file.truncate(end);
    file.flush();
    switchHeader(
      file,
      size,
      directories.map(({ to }) => to / sectorSize),
    );
    if (described !== undefined) file.write(described.at, described.bytes);
    file.flush();
  },
};

/** @throws ImageError `unsupported` for a VMDK that is made otherwise. */
function sparseHeader(file: ByteTarget): HostedHeader & { directory: number } {
  const signature = signatureOf(file);
  const header = signature === "KDMV" ? readHostedHeader(file) : undefined;
  const { directory } = header ?? {};
  if (header && typeof directory === "number" && !header.isCompressed && header.capacity > 0)
    return { ...header, directory };
  throw new ImageError("unsupported", `${file.name}: this kind of VMDK cannot grow`, {
    file: file.name,
    expected: "one sparse file",
    found: header?.isCompressed ? "compressed" : "extents of other kinds",
    hint: "Convert it to a new image, and give that the size.",
  });
}

/** Grain tables of the disk as it is and as it will be, and bytes of one. */
interface Tables {
  readonly before: number;
  readonly after: number;
  readonly length: number;
}

function layoutOf({ capacity, grainSize, entriesPerTable }: HostedHeader, size: number): Tables {
  const perTable = grainSize * entriesPerTable;
  const length = Math.ceil((entriesPerTable * entrySize) / sectorSize) * sectorSize;
  return { before: Math.ceil(capacity / perTable), after: Math.ceil(size / perTable), length };
}

/**
 * What is damaged must not be built upon: grains past the file's end would read as what is put there. Tables
 * that are too many to be checked are taken as they are.
 */
function requireSound(file: ByteTarget, header: HostedHeader): void {
  const findings = createFindings();
  try {
    checkGrains(file, header, findings);
  } catch (error) {
    if (!(error instanceof ImageError) || error.code !== "limit") throw error;
  }
  const [found] = findings.listed;
  if (found === undefined) return;
  throw errorAt("invalid-table", file, found.at, "the grain tables are damaged", {
    found: found.text,
    hint: "Convert it to a new image, and give that the size.",
  });
}

const directoriesOf = (header: HostedHeader & { directory: number }): number[] =>
  header.redundantDirectory === 0
    ? [header.directory]
    : [header.directory, header.redundantDirectory];

/**
 * Grains behind the disk's end, and the rest of its last grain, are about to come into view: none of
 * the first may be there, and the second is wiped.
 */
function requireNothingBehind(
  file: ByteTarget,
  header: HostedHeader & { directory: number },
  { before, length }: Tables,
): void {
  const { capacity, grainSize, entriesPerTable } = header;
  const grains = Math.ceil(capacity / grainSize);
  const inLast = grains - (before - 1) * entriesPerTable;
  for (const [nth, directory] of directoriesOf(header).entries()) {
    const entry = new Uint8Array(entrySize);
    file.read(directory + (before - 1) * entrySize, entry);
    const tableAt = fields(entry, { order: "little" }).u32(0) * sectorSize;
    if (tableAt === 0) continue;
    const bytes = new Uint8Array(length);
    file.read(tableAt, bytes);
    const table = fields(bytes, { order: "little" });
    const behind = bytes.subarray(inLast * entrySize).some((byte) => byte !== 0);
    if (behind)
      throw new ImageError(
        "invalid-table",
        `${file.name}: there are grains behind the disk's end`,
        {
          file: file.name,
          at: tableAt + inLast * entrySize,
          hint: "Convert it to a new image, and give that the size.",
        },
      );
    const grain = table.u32((inLast - 1) * entrySize) * sectorSize;
    const begun = capacity % grainSize;
    if (nth === 0 && begun > 0 && grain > sectorSize)
      zeroRange(file, grain + begun, grainSize - begun);
  }
}

/** The new directories behind the file's end: all old entries, and tables of zeros for the new ones. */
function placed(
  file: ByteTarget,
  header: HostedHeader & { directory: number },
  { before, after, length }: Tables,
  at: number,
): { directories: { to: number; bytes: Uint8Array }[]; end: number } {
  const directorySize = Math.ceil((after * entrySize) / sectorSize) * sectorSize;
  let end = at;
  const directories = directoriesOf(header).map((directory) => {
    const bytes = new Uint8Array(directorySize);
    file.read(directory, bytes.subarray(0, before * entrySize));
    const put = putFields(bytes, "little");
    const to = end;
    end += directorySize;
    for (let table = before; table < after; table += 1, end += length)
      put.u32(table * entrySize, end / sectorSize);
    return { to, bytes };
  });
  return { directories, end: Math.ceil(end / header.grainSize) * header.grainSize };
}

/** Capacity and both directories lie in the header's one sector. */
function switchHeader(file: ByteTarget, size: number, directories: readonly number[]): void {
  const bytes = new Uint8Array(headerSize);
  file.read(0, bytes);
  const put = putFields(bytes, "little");
  put.u64(12, size / sectorSize);
  const [directory = 0, redundant] = directories;
  put.u64(56, directory);
  if (redundant !== undefined) put.u64(48, redundant);
  file.write(0, bytes);
  file.flush();
}

/** The sector of the embedded descriptor that tells the size, if there is one. */
function describedSize(
  file: ByteTarget,
  { descriptorOffset: at, descriptorSize: length, capacity }: HostedHeader,
  size: number,
): ChangedSector | undefined {
  if (length === 0) return undefined;
  readDescriptor(file, at, length);
  return changedSector(file, { at, length, room: length, kind: "SPARSE" }, capacity, size);
}
