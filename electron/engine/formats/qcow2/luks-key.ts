import {
  createSectorCipher,
  deriveKey,
  digest,
  fitsKey,
  hashLength,
  isHashName,
  sameBytes,
  type HashName,
  type SectorCipher,
  type SectorCipherSpec,
} from "../../codec/cipher";
import { ImageError } from "../../errors";
import { pastEndOf } from "../../io/past-end";
import type { ByteSource } from "../../io/source";
import type { KeySlot, LuksHeader } from "./luks-header";

/** Stripes that a key is always split into (LUKS On-Disk Format Specification, "LUKS_STRIPES"). */
const stripeCount = 4000;

/**
 * Hashes that trying all slots may cost: half a minute on a slow machine. What is written today asks
 * for a few millions a slot.
 */
const mostHashes = 2 ** 26;

/** How the header's cipher is to be used. */
interface LuksCipher {
  readonly spec: SectorCipherSpec;
  readonly hash: HashName;
}

/**
 * Finds the slot that `passphrase` opens, and makes the decoder of the image's data with its key.
 * @throws ImageError `passphrase` when it opens none, `unsupported` for a cipher or hash, `limit` when
 *   trying would take too long, `invalid-header`, `truncated`, `io`.
 */
export function unlockLuks(
  source: ByteSource,
  header: LuksHeader,
  passphrase: Uint8Array,
): SectorCipher {
  const { spec, hash } = cipherOf(source, header);
  requireBounded(source, header, hash);
  const { keyBytes, digestSalt, digestIterations } = header;
  for (const slot of header.slots) {
    if (!slot.active) continue;
    const key = slotKey(source, header, slot, passphrase, { spec, hash });
    const told = { hash, salt: digestSalt, iterations: digestIterations };
    if (sameBytes(deriveKey(key, told, header.digest.length), header.digest)) {
      return createSectorCipher(spec, key.subarray(0, keyBytes));
    }
  }
  throw new ImageError("passphrase", `${source.name}: the passphrase opens none of its key slots`, {
    file: source.name,
    expected: "the passphrase of a key slot",
    found: "another one",
    hint: "Check the passphrase and try again.",
  });
}

function cipherOf(source: ByteSource, header: LuksHeader): LuksCipher {
  const { cipherName, mode, ivgen, ivgenHash, hash, keyBytes } = header;
  const known =
    cipherName === "aes" &&
    (mode === "xts" || mode === "cbc") &&
    (ivgen === "plain" || ivgen === "plain64" || (ivgen === "essiv" && ivgenHash === "sha256"));
  const iv = ivgenHash === undefined ? ivgen : `${ivgen}:${ivgenHash}`;
  if (!known) throw unsupported(source, "cipher", `${cipherName}-${mode}-${iv}`);
  if (!isHashName(hash)) throw unsupported(source, "hash", hash);
  const spec = { mode, ivgen } as const;
  if (fitsKey(spec, keyBytes)) return { spec, hash };
  throw new ImageError("invalid-header", `${source.name}: a LUKS key of ${keyBytes} bytes`, {
    file: source.name,
    at: header.at + 108,
    expected: "an AES key of 128, 192 or 256 bits, two of them for xts",
    found: keyBytes,
  });
}

function unsupported(source: ByteSource, what: string, found: string): ImageError {
  return new ImageError("unsupported", `${source.name}: unsupported LUKS ${what} ${found}`, {
    file: source.name,
    expected: what === "hash" ? "sha1, sha256, sha512" : "aes in xts or cbc mode",
    found,
  });
}

/** Iterations are any number that a header names: what all active slots cost is added up first. */
function requireBounded(source: ByteSource, header: LuksHeader, hash: HashName): void {
  const { keyBytes, digestIterations, slots, digest: told } = header;
  const active = slots.filter((slot) => slot.active);
  const rounds = (length: number): number => Math.ceil(length / hashLength[hash]);
  const cost = active.reduce(
    (sum, { iterations }) =>
      sum + iterations * rounds(keyBytes) + digestIterations * rounds(told.length),
    0,
  );
  if (cost > mostHashes) {
    throw new ImageError("limit", `${source.name}: unlocking would take too long`, {
      file: source.name,
      at: header.at,
      expected: `at most ${mostHashes} hashes for all key slots`,
      found: cost,
    });
  }
  const odd = active.find(({ stripes, iterations }) => stripes !== stripeCount || iterations === 0);
  if (odd === undefined && digestIterations > 0) return;
  throw new ImageError("invalid-header", `${source.name}: a LUKS key slot is damaged`, {
    file: source.name,
    at: header.at,
    expected: `${stripeCount} stripes, at least one iteration`,
    found: odd === undefined ? digestIterations : `${odd.stripes}, ${odd.iterations}`,
  });
}

/** The key in a slot, which is the master key if the passphrase is right. */
function slotKey(
  source: ByteSource,
  { at, keyBytes }: LuksHeader,
  slot: KeySlot,
  passphrase: Uint8Array,
  { spec, hash }: LuksCipher,
): Uint8Array {
  const length = keyBytes * slot.stripes;
  const place = at + slot.keyOffset;
  if (place + length > source.size) throw pastEndOf(source, "LUKS key material", place, length);
  const material = new Uint8Array(Math.ceil(length / 512) * 512);
  source.read(place, material.subarray(0, length));
  const derived = deriveKey(passphrase, { ...slot, hash }, keyBytes);
  createSectorCipher(spec, derived).decrypt(material, 0);
  return mergeStripes(material, keyBytes, slot.stripes, hash);
}

/** Undoes the anti-forensic splitter (LUKS On-Disk Format Specification, "AFmerge"). */
function mergeStripes(
  material: Uint8Array,
  keyBytes: number,
  stripes: number,
  hash: HashName,
): Uint8Array {
  let key = new Uint8Array(keyBytes);
  for (let stripe = 0; stripe < stripes; stripe++) {
    for (let i = 0; i < keyBytes; i++) {
      key[i] = (key[i] ?? 0) ^ (material[stripe * keyBytes + i] ?? 0);
    }
    if (stripe < stripes - 1) key = diffuse(key, hash);
  }
  return key;
}

/** Replaces every piece of a hash's length by the hash of its number and itself ("H1"). */
function diffuse(key: Uint8Array, hash: HashName): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(key.length);
  const number = new DataView(new ArrayBuffer(4));
  for (let at = 0, i = 0; at < key.length; at += hashLength[hash], i++) {
    number.setUint32(0, i);
    const piece = key.subarray(at, at + hashLength[hash]);
    const hashed = digest(hash, new Uint8Array(number.buffer), piece);
    result.set(hashed.subarray(0, piece.length), at);
  }
  return result;
}
