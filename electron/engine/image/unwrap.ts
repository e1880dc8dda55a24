import { ImageError } from "../errors";
import { wordedDetail } from "../formats/details";
import type { OpenOptions } from "../formats/format";
import { formatById, probeFormat } from "../formats/registry";
import type { ByteSource } from "../io/source";
import { packedAs } from "../wrappings/packings";
import {
  diskOf,
  entrySource,
  listDisks,
  type TarDisk,
  type TarListing,
} from "../wrappings/tar/disks";
import type { LayerFacts } from "../../../shared/model/facts";
import type { FormatId } from "../../../shared/model/format";
import { sealedGate } from "./gate";
import type { ImageLayer } from "./layer";
import { openPacked } from "./packed-image";

/** Which of the wrapped images to open, and how. */
export interface WrappedRequest {
  /** Its name in a tar archive; it may be left out where there is but one. */
  readonly member?: string | undefined;
  /** The format it is in; told by its bytes when absent. */
  readonly format?: FormatId | undefined;
  readonly how?: OpenOptions;
}

/** Disks that the facts and an error list. */
const mostListed = 50;

/**
 * Opens the image that lies in another file: a disk in a tar archive, which is read where it lies, or
 * a compressed image, which tells what it is and has to be unpacked to be read. Undefined when the
 * file is no such wrapping. The layer owns `source` from then on; when this throws, the caller closes it.
 * @throws ImageError `choose-member`, `missing-file` (no such member), `unsupported`, `invalid-argument`
 *   (a member of what is no archive), and what opening the image throws.
 */
export function openWrapped(source: ByteSource, request: WrappedRequest): ImageLayer | undefined {
  const { member, format, how } = request;
  const packing = packedAs(source);
  if (packing !== undefined) return openPacked(source, packing);
  const listing = listDisks(source);
  if (listing === undefined && member === undefined) return undefined;
  if (listing === undefined)
    throw new ImageError("invalid-argument", `${source.name} is no archive with disks in it`, {
      file: source.name,
      expected: `a tar archive with the member ${member}`,
    });
  const disk = member === undefined ? onlyDisk(source, listing) : named(source, listing, member);
  if (disk.obstacle !== undefined)
    throw new ImageError("unsupported", `${source.name}: ${disk.name} is ${disk.obstacle}`, {
      file: source.name,
      at: disk.at,
      found: disk.obstacle,
      hint: "Unpack the archive first.",
    });
  const slice = entrySource(source, disk);
  const layer = (format === undefined ? probeFormat(slice) : formatById(format)).open(
    slice,
    sealedGate,
    how,
  );
  return { ...layer, facts: factsOf(layer.facts, disk, listing) };
}

function onlyDisk(source: ByteSource, { disks }: TarListing): TarDisk {
  const [disk, ...more] = disks;
  if (disk !== undefined && more.length === 0) return disk;
  const file = source.name;
  if (disk === undefined)
    throw new ImageError("unsupported", `${file} is an appliance without a disk`, { file });
  const names = disks.map(({ name }) => name);
  throw new ImageError("choose-member", `${file} holds ${names.length} disks: ${listed(names)}`, {
    file,
    expected: "the name of one of them",
    found: listed(names),
    choices: names.slice(0, mostListed),
    hint: "Name the one to open (command line: --member NAME).",
  });
}

function named(source: ByteSource, { entries, disks }: TarListing, member: string): TarDisk {
  const known = disks.find(({ name }) => name === member);
  const entry = known ?? entries.find(({ name }) => name === member);
  if (entry !== undefined) return known ?? diskOf(source, entry);
  throw new ImageError("missing-file", `${source.name} holds no file ${member}`, {
    file: source.name,
    expected: listed(disks.map(({ name }) => name)),
    found: member,
  });
}

function listed(names: readonly string[]): string {
  const more = names.length - mostListed;
  return names.slice(0, mostListed).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

function factsOf(facts: LayerFacts, disk: TarDisk, { disks }: TarListing): LayerFacts {
  const members = disks.slice(0, mostListed).map(({ name, at, length, format }) => {
    const values = { name, format, size: length, offset: at };
    return wordedDetail("disk-in-archive", "disk-in-archive", values);
  });
  return {
    ...facts,
    wrapping: { id: "tar", member: disk.name, sizeKnown: true },
    details: [...facts.details, ...members],
  };
}
