import type { FilePart } from "../../../shared/model/bytes";

/** A field of a structure: its name in the specification, where it begins in it, its bytes, and how it is written. */
export type FieldPlace = readonly [
  name: string,
  at: number,
  length: number,
  as: "number" | "hex" | "text",
];

/**
 * The fields of a structure as parts of its file, each with what it holds; those that `bytes` does not
 * reach are left out.
 * @param base Byte offset in the file of the structure's byte 0.
 */
export function fieldParts(
  bytes: Uint8Array,
  { order, base = 0 }: { readonly order: "big" | "little"; readonly base?: number },
  places: readonly FieldPlace[],
): FilePart[] {
  return places
    .filter(([, at, length]) => at + length <= bytes.length)
    .map(([name, at, length, as]) => {
      const field = bytes.subarray(at, at + length);
      const value = as === "text" ? textOf(field) : numberText(field, order, as);
      return { at: base + at, length, kind: "headerField", name, value };
    });
}

function numberText(field: Uint8Array, order: "big" | "little", as: "number" | "hex"): string {
  let value = 0n;
  for (const byte of order === "big" ? field : field.toReversed())
    value = value * 256n + BigInt(byte);
  return as === "hex" ? `0x${value.toString(16)}` : value.toString();
}

/** ASCII up to the first NUL, a dot for what is none. */
function textOf(field: Uint8Array): string {
  const end = field.indexOf(0);
  const bytes = end < 0 ? field : field.subarray(0, end);
  const shown = (byte: number): string =>
    byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".";
  return Array.from(bytes, shown).join("").trim();
}

/** Those parts that have a byte in [at, at + length), in order. */
export function partsIn(parts: readonly FilePart[], at: number, length: number): FilePart[] {
  return parts
    .filter((part) => part.at < at + length && part.at + part.length > at)
    .toSorted((a, b) => a.at - b.at);
}
