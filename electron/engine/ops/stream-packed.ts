import { raw } from "../formats/raw";
import { sectorSize } from "../formats/raw/sector";
import { probeFormat } from "../formats/registry";
import { stackLayers, type DiskImage } from "../image/disk-image";
import { sealedGate } from "../image/gate";
import { openPacked } from "../image/packed-image";
import { memorySource } from "../io/memory";
import type { ByteSource } from "../io/source";
import type { Packing } from "../wrappings/packing";
import { packedAs } from "../wrappings/packings";
import { isRawDisk } from "../wrappings/tar/disks";
import type { TarEntry } from "../wrappings/tar/entries";
import { unpackSource } from "../wrappings/unpack";

/** Thrown where unpacking shows another thing than the file's beginning told: then it has to be unpacked first. */
export class NotAsTold extends Error {
  override readonly name = "NotAsTold";
}

/** A packed raw disk that is unpacked while it is read. */
export interface PackedStream {
  /** Every byte is read at most once, from the first to the last. Whoever has the stream closes it. */
  readonly image: DiskImage;
  /** Unpacks what nobody has read. @throws NotAsTold; ImageError as `unpackSource` */
  end(): void;
}

/** Bytes of a tar archive's header; what follows a file begins at the next multiple of it. */
const tarBlock = 512;

/** Bytes at both ends by which formats are told. */
const marked = 64 * 1024;

/** What of a packed file is asked for. */
interface Wanted {
  /** A file in a packed archive; the only disk in it, when absent. */
  readonly member?: string | undefined;
  /** A disk that is the whole file has a shorter way, and is left out. */
  readonly archivesOnly: boolean;
}

/**
 * The raw disk in a packed file, if it looks like one and its size is told, or in a packed archive, if it
 * comes first there. `source` is the stream's to close then.
 * @param checkpoint Called whenever packed bytes are read: what unpacks to nothing gives no other chance to stop.
 * @throws ImageError as `openPacked` and `unpackSource`
 */
export function streamPacked(
  source: ByteSource,
  packing: Packing,
  checkpoint: () => void,
  { member, archivesOnly }: Wanted,
): PackedStream | undefined {
  const { format, size, entry } = openPacked(source, packing);
  if (format !== "raw" || size === 0) return undefined;
  if (entry === undefined ? archivesOnly || member !== undefined : !isWanted(entry, member))
    return undefined;
  const watched: ByteSource = {
    ...source,
    read(at, into) {
      checkpoint();
      source.read(at, into);
    },
  };
  const bytes = forwards(watched, packing, entry);
  const unpacked: ByteSource = {
    name: source.name,
    size,
    read(at, into) {
      if (at < bytes.at) throw new Error("A packed file is read forwards only.");
      bytes.take(at - bytes.at);
      const taken = bytes.take(into.length, into);
      const missing = into.length - taken;
      // The disk has whole sectors; the file may end within its last one.
      if (missing > 0 && (missing >= sectorSize || at + into.length < size)) throw new NotAsTold();
      into.fill(0, taken);
    },
    close: () => source.close(),
  };
  return {
    // Its file is the packed one, which must not be written to.
    image: stackLayers([{ ...raw.open(unpacked, sealedGate), source }]),
    end() {
      bytes.take(Number.MAX_SAFE_INTEGER);
      const alone = bytes.goOn() || member !== undefined;
      const whole = Math.ceil(bytes.at / sectorSize) * sectorSize === size;
      if (!alone || !whole || !isPlain(bytes.ends())) throw new NotAsTold();
    },
  };
}

/** Whether a file in an archive, stored with its holes, is the disk that is asked for. */
function isWanted(entry: TarEntry, member: string | undefined): boolean {
  const { name, sparse } = entry;
  return sparse === undefined && (member === undefined ? isRawDisk(entry) : name === member);
}

/** Hands out so many of the unpacked bytes, or all there are, in parts; tells how many. */
function unpackedBytes(source: ByteSource, packing: Packing) {
  const unpacking = unpackSource(source, packing);
  let rest: Uint8Array = new Uint8Array(0);
  return (count: number, use: (part: Uint8Array) => void = () => {}): number => {
    let taken = 0;
    while (taken < count) {
      if (rest.length === 0) {
        const next = unpacking.next();
        if (next.done === true) break;
        rest = next.value.bytes;
      }
      const part = rest.subarray(0, count - taken);
      use(part);
      rest = rest.subarray(part.length);
      taken += part.length;
    }
    return taken;
  };
}

/** The bytes of the disk one after the other; both ends of what went by are kept. */
function forwards(source: ByteSource, packing: Packing, entry: TarEntry | undefined) {
  const take = unpackedBytes(source, packing);
  const most = entry?.length ?? Number.MAX_SAFE_INTEGER;
  take(entry?.at ?? 0);
  const head = new Uint8Array(marked);
  const tail = new Uint8Array(2 * marked);
  let at = 0;
  let kept = 0;

  function keep(bytes: Uint8Array): void {
    if (at < marked) head.set(bytes.subarray(0, marked - at), at);
    const last = bytes.subarray(-marked);
    if (kept + last.length > tail.length) {
      tail.copyWithin(0, kept - marked, kept);
      kept = marked;
    }
    tail.set(last, kept);
    kept += last.length;
  }

  return {
    /** Bytes of the disk that were taken. */
    get at(): number {
      return at;
    },
    /** Takes so many bytes, or all there are, into the beginning of `into`; tells how many. */
    take(count: number, into?: Uint8Array): number {
      let filled = 0;
      return take(Math.min(count, most - at), (part) => {
        into?.set(part, filled);
        keep(part);
        filled += part.length;
        at += part.length;
      });
    },
    /** Unpacks what lies behind the disk; tells whether that is nothing but an archive's end. */
    goOn(): boolean {
      let alone = true;
      const look = (part: Uint8Array): void => {
        alone &&= part.every((byte) => byte === 0);
      };
      if (entry !== undefined) take(tarBlock + (-at & (tarBlock - 1)), look);
      // Its checksums are compared there.
      take(Number.MAX_SAFE_INTEGER);
      return alone;
    },
    /** All that was taken, with zeros between its ends. */
    ends(): ByteSource {
      const [first, last] = [memorySource(head, source.name), tail.subarray(0, kept)];
      const from = at - kept;
      return {
        ...first,
        size: at,
        read(start, into) {
          for (let nth = 0; nth < into.length; nth += 1) {
            const where = start + nth;
            into[nth] = (where < marked ? head[where] : last[where - from]) ?? 0;
          }
        },
      };
    },
  };
}

/** Whether its ends, too, are those of a raw disk that is not packed once more. */
const isPlain = (ends: ByteSource): boolean =>
  probeFormat(ends).id === "raw" && packedAs(ends) === undefined;
