import type { GuestFile } from "./fat16";

const KiB = 1024;

/** What the file in every sample disk says of it. */
const readme = `This disk is one of Lamina's samples.

It was made on this computer by Lamina itself: a partition table, a FAT16 file
system with a few files, logs as text and blocks of random bytes. Nothing on it
is of any use, and nothing starts from it. Change it, convert it, take snapshots
of it, break it: the set can be made again at any time.
`;

const people = ["anna", "binh", "chen", "dora", "emil", "fatima", "georg", "hanh"];
const pages = ["/", "/index.html", "/login", "/orders/new", "/orders/list", "/images/logo.png"];

/** What the disk is, for whoever looks inside it. */
export function readmeFile(): GuestFile {
  return { name: "README.TXT", bytes: new TextEncoder().encode(readme) };
}

/** A log of so many KiB, the same for the same seed: text, which compresses well. */
export function logFile(name: string, kib: number, seed: number): GuestFile {
  const next = numbers(seed);
  const bytes = new Uint8Array(kib * KiB).fill(0x0a);
  const encoder = new TextEncoder();
  let seconds = 0;
  for (let at = 0; at < bytes.length;) {
    seconds += next() % 40;
    const line = `${clock(seconds)} web[${800 + (next() % 9)}]: ${people[next() % people.length]} GET ${
      pages[next() % pages.length]
    } 200 ${next() % 65536}\n`;
    const { written } = encoder.encodeInto(line, bytes.subarray(at));
    if (written === 0) break;
    at += written;
  }
  return { name, bytes };
}

/** So many KiB of random bytes, the same for the same seed: they do not compress. */
export function binaryFile(name: string, kib: number, seed: number): GuestFile {
  const next = numbers(seed);
  const words = Uint32Array.from({ length: (kib * KiB) / 4 }, next);
  return { name, bytes: new Uint8Array(words.buffer) };
}

function clock(seconds: number): string {
  const part = (value: number) => String(value).padStart(2, "0");
  const hours = Math.floor(seconds / 3600) % 24;
  return `${part(hours)}:${part(Math.floor(seconds / 60) % 60)}:${part(seconds % 60)}`;
}

/** Marsaglia's xorshift: whole numbers of 32 bits that look random. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state;
  };
}
