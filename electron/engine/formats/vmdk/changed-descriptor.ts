import { ImageError } from "../../errors";
import type { ByteSource } from "../../io/source";
import { sectorSize } from "./sector";

/** Where a descriptor lies and how its one extent is called. Bytes. */
interface DescriptorPlace {
  readonly at: number;
  readonly length: number;
  /** Bytes that it may have. */
  readonly room: number;
  /** A pattern for the extent's type. */
  readonly kind: string;
}

/** What has to be written to change a descriptor: no more than one sector. */
export interface ChangedSector {
  /** Byte offset in the file. */
  readonly at: number;
  readonly bytes: Uint8Array;
}

/**
 * The one sector of a descriptor that tells the size of its extent, with another size in it; undefined
 * where it does not tell `oldSize`. Sizes in bytes.
 * @throws ImageError `unsupported` where more than a sector would have to change.
 */
export function changedSector(
  source: ByteSource,
  { at, length, room, kind }: DescriptorPlace,
  oldSize: number,
  size: number,
): ChangedSector | undefined {
  const bytes = new Uint8Array(length);
  source.read(at, bytes);
  // One character a byte, so that no other byte changes, whatever the text's encoding.
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  const end = text.indexOf("\0");
  const used = end < 0 ? text : text.slice(0, end);
  const line = new RegExp(`^(\\s*RW\\s+)${oldSize / sectorSize}(\\s+${kind}\\s)`, "im");
  const changed = used.replace(line, `$1${size / sectorSize}$2`);
  let first = 0;
  while (first < changed.length && changed[first] === used[first]) first += 1;
  if (first === changed.length) return undefined;
  const sector = Math.floor(first / sectorSize) * sectorSize;
  const isLonger = changed.length !== used.length;
  const last = isLonger ? changed.length : first + String(size / sectorSize).length;
  if (last > sector + sectorSize || changed.length > room)
    throw new ImageError("unsupported", `${source.name}: its descriptor has no room for the size`, {
      file: source.name,
      at: at + sector,
      hint: "Convert it to a new image, and give that the size.",
    });
  const part = changed.slice(sector, sector + sectorSize);
  return { at: at + sector, bytes: Uint8Array.from(part, (each) => each.charCodeAt(0)) };
}
