import { nodeCrypto } from "./node-crypto";

/** A SHA-256 (FIPS 180-4) that is still being fed. */
export interface Sha256 {
  update(bytes: Uint8Array): void;
  /** The hash in lower-case hexadecimal; nothing can be fed after it. */
  hex(): string;
}

/** The SHA-256 of nothing yet. */
export function createSha256(): Sha256 {
  const hash = nodeCrypto().createHash("sha256");
  return {
    update: (bytes) => void hash.update(bytes),
    hex: () => hash.digest("hex"),
  };
}
