import { ImageError } from "../errors";
import { wordedDetail } from "../formats/details";
import type { Format } from "../formats/format";
import { probeFormat } from "../formats/registry";
import { memorySource } from "../io/memory";
import type { ByteSource } from "../io/source";
import type { Packing, ToldSize } from "../wrappings/packing";
import { beginsTar, listEntries, type TarEntry } from "../wrappings/tar/entries";
import { entrySource } from "../wrappings/tar/disks";
import { inFile, unpackSource } from "../wrappings/unpack";
import type { FactDetail, LayerFacts } from "../../../shared/model/facts";
import { sealedGate } from "./gate";
import type { ImageLayer } from "./layer";
import { partitionedSize } from "./partitioned-size";

/** Unpacked bytes that are looked at: headers and first tables lie there in every format. */
const headSize = 2 ** 22;

/** Bytes that there is room for at first: many packed files hold little, and are opened often. */
const smallHead = 2 ** 18;

/** Packed bytes that are read for them: more only where nothing, or next to nothing, is in them. */
const mostPacked = 4 * headSize;

/** Stands for the size of what does not tell it, so that nothing seems to be cut off. */
const unknownSize = Number.MAX_SAFE_INTEGER;

/** The beginning of what a packed file holds. */
interface Head {
  readonly bytes: Uint8Array;
  /** Whether that is all of it. */
  readonly whole: boolean;
}

/** A packed image, with where in the archive it lies that was packed, if it was one. */
type PackedLayer = ImageLayer & { readonly entry?: TarEntry };

/**
 * Opens a compressed image to tell what it is. Only its beginning is unpacked; its data cannot be
 * read, as there is no way to a byte but through all those before it.
 * The layer owns `source` from then on; when this throws, the caller closes it.
 * @throws ImageError `corrupt-data`, `unsupported` (a way of packing that is not read), `limit`, `truncated`, `io`.
 */
export function openPacked(source: ByteSource, packing: Packing): PackedLayer {
  const head = readHead(source, packing);
  const told = inFile(source, () => packing.toldSize(source));
  const inside = peekInside(head, told, source);
  const { format, layer, unpacked, entry } = inside;
  const what = `${entry ? "an archive with " : ""}a ${format.id} image compressed with ${packing.label}`;
  const facts = factsOf(inside, packing);
  return {
    format: format.id,
    source,
    size: layer?.size ?? 0,
    blockSize: layer?.blockSize ?? 1,
    ...(layer?.parent && { parent: layer.parent }),
    ...(entry && { entry }),
    facts,
    map() {
      throw new ImageError(
        "unsupported",
        `${source.name} holds ${what}, which can be converted but not read in place`,
        {
          file: source.name,
          expected: "an image that is not compressed as a whole",
          ...(unpacked !== undefined && { found: `about ${unpacked.bytes} bytes inside` }),
          hint: "Convert it, which unpacks it too.",
        },
      );
    },
    close: () => source.close(),
  };
}

/** What was found out about the image inside. */
interface Inside {
  readonly format: Format;
  /** Absent when the image cannot be opened by its beginning. */
  readonly layer?: Pick<ImageLayer, "size" | "blockSize" | "parent" | "facts">;
  /** Where it lies in the tar archive that is packed, if it does. */
  readonly entry?: TarEntry;
  readonly unpacked?: { readonly bytes: number; readonly exact: boolean };
}

function peekInside(head: Head, told: ToldSize | undefined, source: ByteSource): Inside {
  const unpacked = unpackedSize(head, told);
  const { name } = source;
  const whole = beginning(head, unpacked?.exact === true ? unpacked.bytes : unknownSize, name);
  const entry = firstEntry(whole);
  const image = entry === undefined ? whole : entrySource(whole, entry);
  // Probing looks at a file's end too, which is not there: it is given the beginning for the whole.
  const shown = new Uint8Array(Math.min(image.size, head.bytes.length - (entry?.at ?? 0)));
  image.read(0, shown);
  const shownAlone = memorySource(shown, name);
  const format = probeFormat(shownAlone);
  const plain = format.id === "raw" && entry === undefined;
  const sized = plain ? unpacked && beginning(head, unpacked.bytes, name) : image;
  // Where the end is missing, a format may do with the copy of it at the beginning, as VHD does.
  const layer = sized && (openBeginning(format, sized) ?? openBeginning(format, shownAlone));
  return {
    format,
    ...(entry && { entry }),
    ...(layer && { layer }),
    ...(unpacked && { unpacked }),
  };
}

/** The size of all that is inside, as well as it can be told. */
function unpackedSize(head: Head, told: ToldSize | undefined): Inside["unpacked"] {
  if (head.whole) return { bytes: head.bytes.length, exact: true };
  if (told === undefined) {
    const bytes = partitionedSize(head.bytes);
    return bytes === undefined ? undefined : { bytes, exact: false };
  }
  if (told.modulo === undefined) return told;
  const least = Math.max(head.bytes.length, partitionedSize(head.bytes) ?? 0);
  const turns = Math.max(0, Math.ceil((least - told.bytes) / told.modulo));
  return { bytes: told.bytes + turns * told.modulo, exact: told.exact };
}

/** The first file of an archive, mostly the only one; undefined when there is none to be seen. */
function firstEntry(source: ByteSource): TarEntry | undefined {
  try {
    return beginsTar(source) ? (listEntries(source).next().value ?? undefined) : undefined;
  } catch (error) {
    if (error instanceof ImageError && error.code === "truncated") return undefined;
    throw error;
  }
}

function openBeginning(format: Format, source: ByteSource): Inside["layer"] {
  try {
    return format.open(source, sealedGate);
  } catch (error) {
    // Something that it needs lies further behind, or in another file.
    if (error instanceof ImageError) return undefined;
    throw error;
  }
}

function readHead(source: ByteSource, packing: Packing): Head {
  let bytes = new Uint8Array(smallHead);
  let length = 0;
  const stop = new ImageError("limit", `${source.name} is hardly full`, { file: source.name });
  const begun: ByteSource = {
    ...source,
    read(at, into) {
      if (at + into.length > mostPacked) throw stop;
      source.read(at, into);
    },
  };
  try {
    for (const part of unpackSource(begun, packing)) {
      const taken = part.bytes.subarray(0, headSize - length);
      const end = length + taken.length;
      if (end > bytes.length) {
        const smaller = bytes;
        bytes = new Uint8Array(Math.min(headSize, Math.max(end, 4 * smaller.length)));
        bytes.set(smaller);
      }
      bytes.set(taken, length);
      length = end;
      if (length === headSize) return { bytes, whole: false };
    }
    return { bytes: bytes.subarray(0, length), whole: true };
  } catch (error) {
    if (error !== stop) throw error;
    return { bytes: bytes.subarray(0, length), whole: false };
  }
}

/** A source of `size` bytes of which only the first are there. */
function beginning({ bytes }: Head, size: number, name: string): ByteSource {
  const there = memorySource(bytes, name);
  return { ...there, size };
}

function factsOf({ layer, unpacked, format, entry }: Inside, { id }: Packing): LayerFacts {
  const facts: LayerFacts = layer?.facts ?? { snapshots: [], bitmaps: [], details: [] };
  // Of other formats the header tells the virtual size.
  const told = format.id !== "raw" || entry !== undefined || unpacked?.exact === true;
  const sizeKnown = layer !== undefined && told;
  return {
    ...facts,
    wrapping: { id, sizeKnown, ...(entry && { member: entry.name }) },
    details: [...facts.details, sizeDetail(unpacked)],
  };
}

function sizeDetail(unpacked: Inside["unpacked"]): FactDetail {
  if (unpacked === undefined) return wordedDetail("unpacked-size", "not-told");
  const { bytes, exact } = unpacked;
  return wordedDetail("unpacked-size", exact ? "exactly" : "about", { size: bytes });
}
