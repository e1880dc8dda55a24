import { crc32 } from "node:zlib";
import { crc32c } from "../../electron/engine/codec/crc32c";
import type { FormatId } from "../../shared/model/format";
import type { Draft } from "./draft";

/** A stretch of the file with a checksum over it. */
interface Sealed {
  readonly at: number;
  readonly length: number;
  /** Where the checksum stands, from `at`. */
  readonly sumAt: number;
  /** The checksum's bytes, of a stretch in which they are zero. */
  sum(bytes: Buffer): Buffer;
}

const littleEndian = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
};

/** One's complement of the sum of all bytes, as VHD has it. */
const vhdSum = (bytes: Buffer): Buffer => {
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(~bytes.reduce((all, byte) => all + byte, 0) >>> 0);
  return sum;
};

const tarSum = (bytes: Buffer): Buffer => {
  const sum = bytes.reduce((all, byte) => all + byte, 8 * 32);
  return Buffer.from(`${sum.toString(8).padStart(6, "0")}\0 `, "latin1");
};

/** Makes the checksums over what was changed right again, so that readers look further. */
export function seal(draft: Draft, format: FormatId): void {
  for (const sealed of [...sealsOf(draft, format), ...tarSeals(draft)]) {
    const { at, length, sumAt, sum } = sealed;
    const touched = draft.changed.some(
      (change) => change.at < at + length && change.at + change.length > at,
    );
    if (!touched || at < 0 || at + length > draft.bytes.length) continue;
    const bytes = Buffer.from(draft.bytes.slice(at, at + length));
    bytes.fill(0, sumAt, sumAt + sum(Buffer.alloc(1)).length);
    draft.set(at + sumAt, sum(bytes));
  }
}

function sealsOf({ bytes }: Draft, format: FormatId): readonly Sealed[] {
  const KiB = 1024;
  if (format === "vhdx") {
    const sum = (part: Buffer): Buffer => littleEndian(crc32c(part));
    const at = (kib: number, length: number): Sealed => ({ at: kib * KiB, length, sumAt: 4, sum });
    return [at(64, 4 * KiB), at(128, 4 * KiB), at(192, 64 * KiB), at(256, 64 * KiB)];
  }
  if (format === "vpc") {
    const footer = { length: 512, sumAt: 64, sum: vhdSum };
    const header = { at: 512, length: 1024, sumAt: 36, sum: vhdSum };
    return [{ at: 0, ...footer }, header, { at: bytes.length - 512, ...footer }];
  }
  if (format !== "raw" || bytes.length < 34 * 512) return [];
  if (Buffer.from(bytes.subarray(512, 520)).toString("latin1") !== "EFI PART") return [];
  // The table of a GPT, then its header, in which the table's checksum stands.
  const table = {
    at: 512,
    length: 92,
    sumAt: 88,
    sum: () => littleEndian(crc32(bytes.subarray(1024, 1024 + 128 * 128))),
  };
  const header = {
    at: 512,
    length: 92,
    sumAt: 16,
    sum: (part: Buffer) => littleEndian(crc32(part)),
  };
  return [table, header];
}

/** The headers that follow one another from the beginning of an archive. */
function tarSeals({ bytes }: Draft): Sealed[] {
  const head = Buffer.from(bytes.subarray(0, Math.min(bytes.length, 2 ** 16)));
  const seals: Sealed[] = [];
  for (let at = 0; at + 512 <= head.length; at += 512)
    if (head.toString("latin1", at + 257, at + 262) === "ustar")
      seals.push({ at, length: 512, sumAt: 148, sum: tarSum });
  return seals;
}
