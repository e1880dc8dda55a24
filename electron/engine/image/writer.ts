import type { ByteTarget } from "../io/source";

/**
 * Where guest bytes go in a new image. Plain data: it is handed to the copier threads, which then
 * write without asking the writer anything.
 */
export type Placement =
  | {
      /** Guest byte n lies at host byte `base + n`. */
      readonly kind: "linear";
      readonly base: number;
      /** Zeros in aligned stretches of this many bytes are left as holes. */
      readonly blockSize: number;
    }
  | {
      /**
       * Every block of `blockSize` guest bytes takes one slot; slots are handed out in any order, or
       * block n has slot n where they are `fixed`.
       * Slot n begins at `firstSlotAt + n * slotSize` and the block's bytes lie `headSize` into it.
       */
      readonly kind: "slots";
      readonly blockSize: number;
      readonly firstSlotAt: number;
      readonly slotSize: number;
      readonly headSize: number;
      /**
       * Zeros in aligned stretches of this many bytes are left as holes inside a block that is stored;
       * it divides `blockSize`. Absent: blocks are written whole, or in parts (`partSize`).
       */
      readonly holeSize?: number;
      readonly fixed?: true;
    }
  | {
      /**
       * Every block of `blockSize` guest bytes is encoded by itself, and the pieces that come of it are
       * laid one behind the other, in any order of blocks. Host space is handed out in units.
       */
      readonly kind: "packed";
      readonly blockSize: number;
      /** Where the first unit begins. */
      readonly firstUnitAt: number;
      /**
       * A piece begins and ends anywhere in its units. A block that encoding does not make shorter is
       * stored as it is, in units of its own; `blockSize` is a multiple of this.
       */
      readonly unitSize: number;
      /** Pieces that may lie in one unit, wholly or in part; 1 makes every piece begin with a unit. */
      readonly mostPerUnit: number;
      readonly encoding: BlockEncoding;
      /** The pieces lie in ascending order of their blocks; in any order when absent. */
      readonly ordered?: true;
    };

/** How the blocks of a packed placement are encoded. */
export type BlockEncoding =
  | {
      /** RFC 1951, without a wrapper. */
      readonly codec: "deflate-raw";
      /** Base-2 logarithm of how far back a match may reach, 9 to 15. */
      readonly windowBits: number;
      /** 1 (fastest) to 9 (smallest). */
      readonly level: number;
    }
  | {
      /** RFC 8878, one frame; only where the runtime can (`requireZstd`). */
      readonly codec: "zstd";
      /** 1 (fastest) to 19 (smallest). */
      readonly level: number;
    }
  | {
      /**
       * A grain of a stream-optimized VMDK: a marker (64 bits of guest sector, 32 bits of length) and
       * RFC 1950, padded to whole sectors. Every block is stored so, however little it shrinks.
       */
      readonly codec: "vmdk-grain";
      /** 1 (fastest) to 9 (smallest). */
      readonly level: number;
    };

/** What is stored of one block of a packed placement. */
export interface StoredPiece {
  /** Host offset in bytes. */
  readonly at: number;
  /** Bytes from there on. */
  readonly length: number;
  /** False for a block that is stored as it is. */
  readonly encoded: boolean;
}

/**
 * Blocks that are longer than this, in bytes, are written in aligned parts of this length; parts
 * that are zero stay holes.
 */
export const partSize = 1024 * 1024;

/** Writes one new image: it says where data goes, is told where it went, and ends with the tables. */
export interface ImageWriter {
  readonly placement: Placement;
  /**
   * Writes what has to be there before any data: the zeros of a disk that is preallocated in full.
   * Called once, before the first block is written; it pauses after every piece of 1 MiB.
   * @throws ImageError `io`.
   */
  prepare?(): Generator<undefined, void, undefined>;
  /**
   * The files that guest data goes to, when it does not go to the main one: then nothing is written
   * by `placement`, which is that of the first part; each part is finished by itself as soon as it
   * has all its data, and `finish(0)` ends the whole.
   */
  readonly parts?: readonly WriterPart[];
  /**
   * Tells that `count` blocks from guest block `firstBlock` on now lie in the slots from `firstSlot` on.
   * Only called for a placement of slots. Calls come in ascending order of `firstBlock`.
   */
  placed(firstBlock: number, firstSlot: number, count: number): void;
  /**
   * Tells where guest block `block` is stored. There for a packed placement, and only called for one.
   * Calls come in ascending order of `block`.
   */
  packed?(block: number, piece: StoredPiece): void;
  /**
   * Tells that `count` blocks from guest block `firstBlock` on read as zeros, whatever the backing file
   * has there; where it is told of nothing the backing file answers. There in a format that may have
   * one. No block is told twice; calls come in any order.
   */
  zeroed?(firstBlock: number, count: number): void;
  /**
   * Writes headers and tables and sets the exact length. `slots` is the number of slots or units handed
   * out (0 when linear).
   * @throws ImageError `io`.
   */
  finish(slots: number): void;
}

/**
 * A stretch of the disk in a file of its own. The parts of an image are in order and leave nothing
 * out; their placements are linear or slots, and alike in kind and block size.
 */
export interface WriterPart {
  /** Guest offset of its first byte, a multiple of the block size. */
  readonly from: number;
  /** Guest bytes. */
  readonly length: number;
  /** Closed by whoever made it. */
  readonly target: ByteTarget;
  /** Counts blocks from `from` on. */
  readonly writer: ImageWriter;
}

/** The files of a new image beside its main one, under the same all-or-nothing commit. */
export interface NewFiles {
  /** Base name that the main file will have. */
  readonly name: string;
  /**
   * Begins another file in the same folder; the one who commits or abandons closes it.
   * @param name Its base name, which no other file of the image has, or its path in that folder.
   * @throws ImageError `exists`, `invalid-argument` (another folder, or taken by the image itself), `io`.
   */
  add(name: string): ByteTarget;
}
