/** How a chunk is stored; what has another type is told by it. */
export type ChunkKind =
  | "zero-fill"
  | "raw"
  | "ignore"
  | "ADC"
  | "zlib"
  | "bzip2"
  | "LZFSE"
  | "LZMA"
  | "comment"
  | "terminator"
  | `type 0x${string}`;

/** Chunks' types as BLKXChunkEntry has them. */
const kinds: ReadonlyMap<number, ChunkKind> = new Map([
  [0x00000000, "zero-fill"],
  [0x00000001, "raw"],
  [0x00000002, "ignore"],
  [0x80000004, "ADC"],
  [0x80000005, "zlib"],
  [0x80000006, "bzip2"],
  [0x80000007, "LZFSE"],
  [0x80000008, "LZMA"],
  [0x7ffffffe, "comment"],
  [0xffffffff, "terminator"],
]);

/** The kind that an EntryType stands for. */
export function chunkKind(entryType: number): ChunkKind {
  return kinds.get(entryType) ?? `type 0x${entryType.toString(16)}`;
}

/** Whether the chunk's bytes are stored in another form than the guest reads. */
export function isCompressed(kind: ChunkKind): boolean {
  return !["zero-fill", "raw", "ignore"].includes(kind);
}
