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
       * Every block of `blockSize` guest bytes takes one slot; slots are handed out in any order.
       * Slot n begins at `firstSlotAt + n * slotSize` and the block's bytes lie `headSize` into it.
       */
      readonly kind: "slots";
      readonly blockSize: number;
      readonly firstSlotAt: number;
      readonly slotSize: number;
      readonly headSize: number;
    };

/**
 * Blocks that are longer than this, in bytes, are written in aligned parts of this length; parts
 * that are zero stay holes.
 */
export const partSize = 1024 * 1024;

/** Writes one new image: it says where data goes, is told where it went, and ends with the tables. */
export interface ImageWriter {
  readonly placement: Placement;
  /**
   * Tells that `count` blocks from guest block `firstBlock` on now lie in the slots from `firstSlot` on.
   * Never called for a linear placement. Calls come in ascending order of `firstBlock`.
   */
  placed(firstBlock: number, firstSlot: number, count: number): void;
  /**
   * Writes headers and tables and sets the exact length. `slots` is the number handed out (0 when linear).
   * @throws ImageError `io`.
   */
  finish(slots: number): void;
}
