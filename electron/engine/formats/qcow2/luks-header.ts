import { fields } from "../../codec/fields";
import { ImageError } from "../../errors";
import type { ByteSource } from "../../io/source";

/** Bytes of a LUKS version 1 header with its eight key slots. */
const headerLength = 592;
const slotsAt = 208;
const slotLength = 48;
const slotCount = 8;
const slotEnabled = 0x00ac71f3;
const sectorSize = 512;

/** Ciphers in modes that take two keys have names with half the stored key's length. */
const twoKeyModes = new Set(["xts"]);

/** One place for the master key, encrypted with a key made of one passphrase. */
export interface KeySlot {
  readonly active: boolean;
  readonly iterations: number;
  readonly salt: Uint8Array;
  /** Byte offset of the key material, from the LUKS header's beginning. */
  readonly keyOffset: number;
  /** Parts that the anti-forensic splitter has made of the key. */
  readonly stripes: number;
}

/** A LUKS version 1 header (LUKS On-Disk Format Specification 1.2.3, "The partition header"). */
export interface LuksHeader {
  /** Byte offset of the header in the file. */
  readonly at: number;
  /** "aes", "serpent", … */
  readonly cipherName: string;
  /** "xts", "cbc", … */
  readonly mode: string;
  /** "plain64", "essiv", … */
  readonly ivgen: string;
  /** The hash behind the colon of the cipher's mode, if any. */
  readonly ivgenHash?: string;
  readonly hash: string;
  /** Bytes of the master key. */
  readonly keyBytes: number;
  /** What the master key is told by: a key derived of it, its salt and its iterations. */
  readonly digest: Uint8Array;
  readonly digestSalt: Uint8Array;
  readonly digestIterations: number;
  /** Byte offset of encrypted data from the header's beginning, as it says; means nothing in qcow2. */
  readonly payloadOffset: number;
  readonly uuid: string;
  readonly slots: readonly KeySlot[];
}

/**
 * Reads the LUKS header at byte `at`.
 * @throws ImageError `invalid-header` when there is none, `truncated`.
 */
export function readLuksHeader(source: ByteSource, at: number): LuksHeader {
  const bytes = new Uint8Array(headerLength);
  source.read(at, bytes);
  const luks = fields(bytes, { order: "big", file: source.name, base: at });
  const version = luks.u16(6);
  if (luks.text(0, 4) !== "LUKS" || luks.u16(4) !== 0xbabe || version !== 1) {
    throw new ImageError("invalid-header", `${source.name}: there is no LUKS header`, {
      file: source.name,
      at,
      expected: "LUKS version 1",
    });
  }
  const [mode = "", generator = ""] = luks.text(40, 32).split("-", 2);
  const [ivgen = "", ivgenHash] = generator.split(":", 2);
  return {
    at,
    cipherName: luks.text(8, 32),
    mode,
    ivgen,
    ...(ivgenHash !== undefined && { ivgenHash }),
    hash: luks.text(72, 32),
    payloadOffset: luks.u32(104) * sectorSize,
    keyBytes: luks.u32(108),
    digest: luks.bytes(112, 20),
    digestSalt: luks.bytes(132, 32),
    digestIterations: luks.u32(164),
    uuid: luks.text(168, 40),
    slots: Array.from({ length: slotCount }, (_, i) => {
      const slot = slotsAt + i * slotLength;
      return {
        active: luks.u32(slot) === slotEnabled,
        iterations: luks.u32(slot + 4),
        salt: luks.bytes(slot + 8, 32),
        keyOffset: luks.u32(slot + 40) * sectorSize,
        stripes: luks.u32(slot + 44),
      };
    }),
  };
}

/** What qemu-img tells of a LUKS header, with the keys, and in the order, of its `encrypt`. */
export function luksFacts(header: LuksHeader): Record<string, unknown> {
  const { mode, ivgen, ivgenHash, slots } = header;
  const keyBits = header.keyBytes * 8;
  return {
    "ivgen-alg": ivgen,
    "hash-alg": header.hash,
    "cipher-alg": `${header.cipherName}-${twoKeyModes.has(mode) ? keyBits / 2 : keyBits}`,
    uuid: header.uuid,
    ...(ivgenHash !== undefined && { "ivgen-hash-alg": ivgenHash }),
    format: "luks",
    "cipher-mode": mode,
    slots: slots.map(({ active, iterations, keyOffset, stripes }) =>
      active
        ? { active, iters: iterations, "key-offset": keyOffset, stripes }
        : { active, "key-offset": keyOffset },
    ),
    "payload-offset": header.payloadOffset,
    "master-key-iters": header.digestIterations,
  };
}
