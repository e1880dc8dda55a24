import { fields } from "../../codec/fields";
import { ImageError } from "../../errors";
import type { ByteSource } from "../../io/source";
import { checksumOf } from "./checksum";
import {
  diskTypes,
  footerChecksumAt,
  footerCookie,
  footerSize,
  hasRightChecksum,
  type DiskType,
} from "./footer";

/** The footer of early Virtual PC, without its last byte, which is zero. */
const shortFooterSize = 511;

const copiedTypes: ReadonlySet<DiskType | undefined> = new Set(["dynamic", "differencing"]);

/** A footer, or its copy at the file's beginning. */
export interface FoundFooter {
  /** 512 bytes. */
  readonly bytes: Uint8Array;
  /** Where it lies in the file. */
  readonly at: number;
  /** Where what lies before the footer at the end ends; the file's length when there is no such footer. */
  readonly dataEnd: number;
  /** What is wrong with it or with the one at the end, for people; undefined when nothing is. */
  readonly damage?: "footer-at-end-damaged" | "footer-checksum";
}

/** Whether there is a footer, be it damaged: at the end, as all VHDs have it, or its copy at the beginning. */
export function hasFooter(source: ByteSource): boolean {
  return footersOf(source).length > 0;
}

/**
 * Finds the footer: the one at the end, else the copy that dynamic and differencing disks have at the
 * beginning. One whose checksum is wrong counts only where something else vouches for it: an identical
 * copy, or, in a fixed disk, the size it tells.
 * @throws ImageError `not-this-format`, `invalid-header` (every footer damaged), `io`.
 */
export function findFooter(source: ByteSource): FoundFooter {
  const found = footersOf(source);
  const [first, second] = found;
  if (first === undefined)
    throw new ImageError("not-this-format", `${source.name} is no VHD image`, {
      file: source.name,
      at: Math.max(0, source.size - footerSize),
      expected: footerCookie,
    });
  const right = found.find(({ bytes }) => hasRightChecksum(bytes));
  if (right === first && first.at === first.dataEnd) return right;
  if (right !== undefined) return { ...right, damage: "footer-at-end-damaged" };
  if (second === undefined ? tellsItsPlace(first) : sameBytes(first.bytes, second.bytes))
    return { ...first, damage: "footer-checksum" };
  throw new ImageError("invalid-header", `${source.name}: the hard disk footer is damaged`, {
    file: source.name,
    at: first.at + footerChecksumAt,
    expected: checksumOf(first.bytes, footerChecksumAt),
    found: fields(first.bytes, { order: "big" }).u32(footerChecksumAt),
  });
}

/** Everything that begins with the cookie where a footer may be; the one at the end first. */
function footersOf(source: ByteSource): FoundFooter[] {
  const { size } = source;
  const found: FoundFooter[] = [];
  for (const length of [footerSize, shortFooterSize]) {
    const at = size - length;
    const bytes = found.length === 0 ? bytesAt(source, at, length) : undefined;
    if (bytes !== undefined) found.push({ bytes, at, dataEnd: at });
  }
  const copy = size > footerSize ? bytesAt(source, 0, footerSize) : undefined;
  // A fixed disk has no copy: what looks like one is what the guest stores.
  if (copy !== undefined && copiedTypes.has(typeOf(copy)))
    found.push({ bytes: copy, at: 0, dataEnd: found[0]?.dataEnd ?? size });
  return found;
}

/** 512 bytes, of which `length` are read; undefined when they do not begin with the cookie. */
function bytesAt(source: ByteSource, at: number, length: number): Uint8Array | undefined {
  if (at < 0) return undefined;
  const bytes = new Uint8Array(footerSize);
  source.read(at, bytes.subarray(0, length));
  return fields(bytes, { order: "big" }).text(0, 8) === footerCookie ? bytes : undefined;
}

function typeOf(bytes: Uint8Array): DiskType | undefined {
  return diskTypes[fields(bytes, { order: "big" }).u32(60)];
}

/** Whether it is a fixed disk's, of exactly the size of what lies before it. */
function tellsItsPlace({ bytes, at }: FoundFooter): boolean {
  const currentSize = fields(bytes, { order: "big" }).bits64(48);
  return typeOf(bytes) === "fixed" && currentSize === BigInt(at);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.every((byte, at) => byte === b[at]);
}
