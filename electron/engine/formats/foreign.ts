import type { ByteSource } from "../io/source";

/** What the files of a format begin with, or hold at a fixed byte. */
interface Signature {
  /** qemu-img's name of the format, or its usual one. */
  readonly format: string;
  readonly at: number;
  /** In Latin-1. */
  readonly bytes: string;
}

/** Formats that Lamina does not read. Taken for raw disks, their tables would pass for the guest's data. */
const signatures: readonly Signature[] = [
  { format: "qed", at: 0, bytes: "QED\0" },
  { format: "ewf", at: 0, bytes: "EVF\t\r\n\xff\0" },
];

const longest = 128;

/** The name of a format that Lamina knows only by its signature; undefined for any other file. */
export function foreignFormat(source: ByteSource): string | undefined {
  const head = new Uint8Array(Math.min(longest, source.size));
  source.read(0, head);
  return signatures.find(({ at, bytes }) => stands(bytes, head, at))?.format;
}

function stands(text: string, bytes: Uint8Array, at: number): boolean {
  return Array.from(text).every((byte, index) => bytes[at + index] === byte.charCodeAt(0));
}
