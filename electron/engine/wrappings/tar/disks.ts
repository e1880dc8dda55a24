import { ImageError } from "../../errors";
import { formats } from "../../formats/registry";
import { sliceSource } from "../../io/slice";
import type { ByteSource } from "../../io/source";
import { packedAs } from "../packings";
import { beginsTar, listEntries, type TarEntry } from "./entries";
import { descriptorOf, readOvfDisks, type OvfDisk } from "./ovf";
import { sparseSource } from "./sparse-source";

/** A disk in the archive. */
export interface TarDisk extends TarEntry {
  /** A format's id, or that of what it is packed with; told by its bytes. */
  readonly format: string;
  /** Why it cannot be opened where it lies. */
  readonly obstacle?: string;
}

/** Names of raw disks, which nothing else tells. */
const rawName = /\.(raw|img|dd|bin)$/i;

/** What is too short for any image's header, and not looked into. */
const shortest = 512;

/** An archive with disks in it. */
export interface TarListing {
  readonly entries: readonly TarEntry[];
  readonly disks: readonly TarDisk[];
}

/**
 * The disks in a tar archive: those that its OVF descriptor names, or, without one, the files that
 * are images by their bytes or raw by their name. Undefined when the file is no archive, or one
 * without disks: then it may as well be a disk that somebody wrote an archive to.
 * @throws ImageError `invalid-header`, `truncated`, `limit`, `missing-file` (of those that the
 *   descriptor names, none is there), `io`.
 */
export function listDisks(source: ByteSource): TarListing | undefined {
  if (!beginsTar(source)) return undefined;
  const entries = [...listEntries(source)];
  const descriptor = descriptorOf(entries);
  const disks = descriptor
    ? namedDisks(source, entries, readOvfDisks(source, descriptor))
    : entries.flatMap((entry) => diskBySight(source, entry) ?? []);
  return disks.length === 0 && descriptor === undefined ? undefined : { entries, disks };
}

/** The bytes of a file in the archive, holes and all. Closing it closes `source`. */
export function entrySource(source: ByteSource, { at, length, sparse }: TarEntry): ByteSource {
  const stored = sliceSource(source, at, length);
  return typeof sparse === "object" ? sparseSource(stored, sparse) : stored;
}

/** The entry of that name as a disk, whatever it is. */
export function diskOf(source: ByteSource, entry: TarEntry): TarDisk {
  const slice = entrySource(source, entry);
  const packing = packedAs(slice);
  const format = packing?.id ?? formats.find((each) => each.probe(slice))?.id ?? "raw";
  if (entry.sparse === "pax")
    return { ...entry, format, obstacle: "stored as a sparse file in the pax format" };
  if (packing) return { ...entry, format, obstacle: `packed with ${packing.label}` };
  return { ...entry, format };
}

function diskBySight(source: ByteSource, entry: TarEntry): TarDisk | undefined {
  const disk = entry.length < shortest ? undefined : diskOf(source, entry);
  if (disk === undefined) return undefined;
  const packed = formats.every(({ id }) => id !== disk.format);
  const isDisk = packed || disk.format === "raw" ? isRawDisk(entry) : true;
  return isDisk ? disk : undefined;
}

/** Whether a file in an archive that is no other image is taken for a raw disk: by its name. */
export function isRawDisk({ name, length }: TarEntry): boolean {
  return length >= shortest && rawName.test(withoutPacking(name));
}

const withoutPacking = (name: string): string => name.replace(/\.(gz|xz|zst)$/i, "");

function namedDisks(
  source: ByteSource,
  entries: readonly TarEntry[],
  named: readonly OvfDisk[],
): TarDisk[] {
  // Each once: a stranger's descriptor may name one file as often as it likes.
  const wanted = new Map(named.map((disk) => [plainName(disk.href), disk]));
  const stored = new Map(entries.toReversed().map((entry) => [plainName(entry.name), entry]));
  const disks = [...wanted].flatMap(([name, { href, compression, chunked }]) => {
    const entry = stored.get(name);
    if (entry === undefined) return chunked ? [splitDisk(href)] : [];
    const disk = diskOf(source, entry);
    if (compression === undefined || disk.obstacle !== undefined) return [disk];
    return [{ ...disk, obstacle: `packed with ${compression}` }];
  });
  const [first] = named;
  if (first === undefined || disks.length > 0) return disks;
  throw new ImageError("missing-file", `${source.name} does not hold the disk ${first.href}`, {
    file: source.name,
    expected: named.map(({ href }) => href).join(", "),
    hint: "The archive is damaged, or was not copied whole.",
  });
}

/** A disk whose parts lie in the archive under other names. */
function splitDisk(name: string): TarDisk {
  return { name, at: 0, length: 0, format: "raw", obstacle: "split into parts" };
}

const plainName = (name: string): string => name.replace(/^(\.\/)+/, "");
