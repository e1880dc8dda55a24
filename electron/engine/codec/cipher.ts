import type { Cipher, Decipher } from "node:crypto";
import { nodeCrypto } from "./node-crypto";

/** Hashes that every runtime has: Electron's library leaves the rarer ones out. */
export type HashName = "sha1" | "sha256" | "sha512";

/** Bytes that a hash yields. */
export const hashLength: Readonly<Record<HashName, number>> = { sha1: 20, sha256: 32, sha512: 64 };

/** Whether `name` is a hash that there is. */
export function isHashName(name: string): name is HashName {
  return Object.hasOwn(hashLength, name);
}

/** How disk sectors are encrypted with AES. */
export interface SectorCipherSpec {
  /** "xts" takes two AES keys, one behind the other. */
  readonly mode: "xts" | "cbc";
  /**
   * The initialization vector of a sector: its number in 32 or 64 bits, little-endian, and for
   * "essiv" that number encrypted with the key's SHA-256.
   */
  readonly ivgen: "plain" | "plain64" | "essiv";
}

/** Decrypts 512-byte sectors. */
export interface SectorCipher {
  /**
   * Decrypts `bytes` in place.
   * @param bytes Whole sectors.
   * @param firstSector Number of the first, which its initialization vector is made of.
   */
  decrypt(bytes: Uint8Array, firstSector: number): void;
}

const sectorSize = 512;
const blockSize = 16;

/** Sectors that are worked on at once: what the scratch memory is made for. */
const mostSectors = 128;

/** Bytes of an AES key. */
const keyLengths: ReadonlySet<number> = new Set([16, 24, 32]);

/** Whether AES in that mode takes a key of `length` bytes. */
export function fitsKey({ mode }: SectorCipherSpec, length: number): boolean {
  return keyLengths.has(mode === "xts" ? length / 2 : length);
}

/**
 * A decoder for sectors. Both modes stand on AES without chaining, which the runtime does for many
 * blocks in one call: Electron's library has no XTS, and one CBC call a sector costs more than its bytes.
 * @param key A length that `fitsKey`.
 */
export function createSectorCipher(spec: SectorCipherSpec, key: Uint8Array): SectorCipher {
  const half = key.length / 2;
  const dataKey = spec.mode === "xts" ? key.subarray(0, half) : key;
  const blocks = decryptor(dataKey);
  const vectors = vectorMaker(spec, key);
  const tweaker = spec.mode === "xts" ? encryptor(key.subarray(half)) : undefined;
  const mask = new Uint8Array(mostSectors * sectorSize);

  function decryptPart(part: Uint8Array, firstSector: number): void {
    const ivs = vectors(firstSector, part.length / sectorSize);
    const used = mask.subarray(0, part.length);
    if (tweaker === undefined) {
      fillChain(used, part, ivs);
      part.set(blocks.update(part));
    } else {
      fillTweaks(used, tweaker.update(ivs));
      mix(part, used);
      part.set(blocks.update(part));
    }
    mix(part, used);
  }

  return {
    decrypt(bytes, firstSector) {
      for (let done = 0; done < bytes.length; done += mask.length) {
        const part = bytes.subarray(done, done + mask.length);
        // Words can only be mixed where they are aligned.
        const aligned = part.byteOffset % 4 === 0 ? part : part.slice();
        decryptPart(aligned, firstSector + done / sectorSize);
        if (aligned !== part) part.set(aligned);
      }
    },
  };
}

/** AES without chaining, for any number of whole blocks a call. */
function decryptor(key: Uint8Array): Decipher {
  return nodeCrypto()
    .createDecipheriv(`aes-${key.length * 8}-ecb`, key, null)
    .setAutoPadding(false);
}

function encryptor(key: Uint8Array): Cipher {
  return nodeCrypto()
    .createCipheriv(`aes-${key.length * 8}-ecb`, key, null)
    .setAutoPadding(false);
}

/** Makes the initialization vectors of `count` sectors, one behind the other. */
function vectorMaker(
  { ivgen }: SectorCipherSpec,
  key: Uint8Array,
): (firstSector: number, count: number) => Uint8Array {
  const essiv = ivgen === "essiv" ? encryptor(digest("sha256", key)) : undefined;
  return (firstSector, count) => {
    const bytes = new Uint8Array(count * blockSize);
    const view = new DataView(bytes.buffer);
    for (let i = 0; i < count; i++) {
      const sector = firstSector + i;
      view.setUint32(i * blockSize, sector % 2 ** 32, true);
      if (ivgen !== "plain") view.setUint32(i * blockSize + 4, Math.floor(sector / 2 ** 32), true);
    }
    return essiv === undefined ? bytes : essiv.update(bytes);
  };
}

/** CBC: every block is mixed with the stored block before it, the first of a sector with its vector. */
function fillChain(mask: Uint8Array, stored: Uint8Array, ivs: Uint8Array): void {
  mask.set(stored.subarray(0, stored.length - blockSize), blockSize);
  for (let i = 0; i * sectorSize < mask.length; i++) {
    mask.set(ivs.subarray(i * blockSize, (i + 1) * blockSize), i * sectorSize);
  }
}

/**
 * XTS (IEEE 1619): every block's tweak is that of the block before it times x in GF(2^128), the first
 * of a sector is its encrypted vector.
 */
function fillTweaks(mask: Uint8Array, first: Uint8Array): void {
  const from = new DataView(first.buffer, first.byteOffset, first.byteLength);
  const to = new DataView(mask.buffer, mask.byteOffset, mask.byteLength);
  for (let sector = 0; sector * sectorSize < mask.length; sector++) {
    let a = from.getUint32(sector * blockSize, true);
    let b = from.getUint32(sector * blockSize + 4, true);
    let c = from.getUint32(sector * blockSize + 8, true);
    let d = from.getUint32(sector * blockSize + 12, true);
    const end = (sector + 1) * sectorSize;
    for (let at = sector * sectorSize; at < end; at += blockSize) {
      to.setUint32(at, a, true);
      to.setUint32(at + 4, b, true);
      to.setUint32(at + 8, c, true);
      to.setUint32(at + 12, d, true);
      const carry = d >>> 31;
      d = (d << 1) | (c >>> 31);
      c = (c << 1) | (b >>> 31);
      b = (b << 1) | (a >>> 31);
      a = (a << 1) ^ (carry === 0 ? 0 : 0x87);
    }
  }
}

/** Adds `mask` to `bytes` bit by bit; both aligned to 4 bytes and as long as one another. */
function mix(bytes: Uint8Array, mask: Uint8Array): void {
  const to = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const from = new Uint32Array(mask.buffer, mask.byteOffset, mask.length / 4);
  for (let i = 0; i < to.length; i++) to[i] = (to[i] ?? 0) ^ (from[i] ?? 0);
}

/** The hash of `parts`, one behind the other. */
export function digest(hash: HashName, ...parts: readonly Uint8Array[]): Uint8Array {
  const made = nodeCrypto().createHash(hash);
  for (const part of parts) made.update(part);
  return made.digest();
}

/** What a key is derived with. */
export interface Derivation {
  readonly hash: HashName;
  readonly salt: Uint8Array;
  /** At least 1; the time it takes is in proportion. */
  readonly iterations: number;
}

/** A key of `length` bytes from a passphrase or another key (PBKDF2, RFC 8018). */
export function deriveKey(
  secret: Uint8Array,
  { hash, salt, iterations }: Derivation,
  length: number,
): Uint8Array {
  return nodeCrypto().pbkdf2Sync(secret, salt, iterations, length, hash);
}

/** Whether two byte strings are the same. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && nodeCrypto().timingSafeEqual(a, b);
}
