import { ImageError } from "../errors";

/**
 * The bytes that a key is derived from.
 * @param file The image, for the error.
 * @param method How its data is encrypted, for the error.
 * @throws ImageError `passphrase` when there is none.
 */
export function passphraseBytes(
  file: string,
  method: string,
  passphrase: string | undefined,
): Uint8Array {
  if (passphrase !== undefined) return new TextEncoder().encode(passphrase);
  throw new ImageError(
    "passphrase",
    `${file} cannot be read: its data is encrypted (${method}), and no passphrase is given`,
    { file, expected: "a passphrase", found: "none", hint: "Give the passphrase of this image." },
  );
}
