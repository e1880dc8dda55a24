import type { SectorCipher } from "../codec/cipher";
import { pastEnd } from "./past-end";
import type { ByteSource } from "./source";

const sectorSize = 512;

/** Bytes that are read and decrypted at once. */
const step = 256 * 1024;

/**
 * The bytes of `source` decrypted, each at its own offset; whole sectors only. Closing it closes nothing.
 * @param shift Sectors to add to a sector's number in the file, for the number its initialization
 *   vector is made of.
 */
export function decryptedSource(source: ByteSource, cipher: SectorCipher, shift = 0): ByteSource {
  const { name } = source;
  const size = source.size - (source.size % sectorSize);
  return {
    name,
    size,
    derived: true,
    read(at, into) {
      if (at < 0 || at + into.length > size) throw pastEnd(name, size, at, into.length);
      for (let done = 0; done < into.length;) {
        const from = at + done;
        const skip = from % sectorSize;
        const length = Math.min(into.length - done, step - skip);
        const whole = Math.ceil((skip + length) / sectorSize) * sectorSize;
        // In place where that is whole sectors: most reads are.
        const fits = skip === 0 && whole === length;
        const bytes = fits ? into.subarray(done, done + length) : new Uint8Array(whole);
        source.read(from - skip, bytes);
        cipher.decrypt(bytes, (from - skip) / sectorSize + shift);
        if (!fits) into.set(bytes.subarray(skip, skip + length), done);
        done += length;
      }
    },
    close: () => {},
  };
}
