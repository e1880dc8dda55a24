import { createSectorCipher, type SectorCipher } from "../codec/cipher";
import { passphraseBytes } from "../codec/passphrase";
import { decryptedSource } from "./decrypted";
import type { ByteSource } from "./source";

/** What to read a guest byte from, at its host offset. @throws ImageError `passphrase`. */
export type SourceOfData = (guestAt: number, host: number) => ByteSource;

/**
 * Data encrypted as qcow and, at first, qcow2 do it: AES-128-CBC, the key the passphrase's first
 * 16 bytes, the vector the number of the guest's sector. No wrong passphrase can be told from the right one.
 */
export function legacyAesData(source: ByteSource, passphrase: string | undefined): SourceOfData {
  let cipher: SectorCipher | undefined;
  let shift: number | undefined;
  let decrypted = source;
  return (guestAt, host) => {
    cipher ??= cipherFor(passphraseBytes(source.name, "aes", passphrase));
    const wanted = (guestAt - host) / 512;
    // One source for neighbours: runs that follow one another in guest and file are told as one.
    if (wanted !== shift) {
      decrypted = decryptedSource(source, cipher, wanted);
      shift = wanted;
    }
    return decrypted;
  };
}

function cipherFor(passphrase: Uint8Array): SectorCipher {
  const key = new Uint8Array(16);
  key.set(passphrase.subarray(0, key.length));
  return createSectorCipher({ mode: "cbc", ivgen: "plain64" }, key);
}
