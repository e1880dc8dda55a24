import {
  beginCoding,
  bit,
  codingEnded,
  directBits,
  evenOdds,
  matchedByte,
  rangeCoder,
  reverseTreeBits,
  treeBits,
} from "./range-decoder";
import type { Window } from "./window";
import { corruptXz } from "./xz-error";

// Where the probabilities of each kind stand (LZMA specification, "The LZMA Decoder").
const positions = 16;
const states = 12;
const isMatch = 0;
const isRep = isMatch + states * positions;
const isRepG0 = isRep + states;
const isRepG1 = isRepG0 + states;
const isRepG2 = isRepG1 + states;
const isRep0Long = isRepG2 + states;
const posSlot = isRep0Long + states * positions;
const posSpecial = posSlot + 4 * 64;
const posAlign = posSpecial + 128;
const matchLength = posAlign + 16;
/** Of a length: two choices, then the trees for short, middle and long ones. */
const lengthLow = 2;
const lengthMiddle = lengthLow + positions * 8;
const lengthHigh = lengthMiddle + positions * 8;
const lengthOdds = lengthHigh + 256;
const repLength = matchLength + lengthOdds;
const literal = repLength + lengthOdds;

/** LZMA2 keeps literal context and position bits together at 4 or fewer. */
const mostLiteralBits = 4;

/** Decodes the LZMA data of one LZMA2 stream, chunk by chunk. */
export interface LzmaDecoder {
  /** Takes the properties byte. @throws ImageError `corrupt-data` for an impossible one. */
  setProperties(byte: number): void;
  /** Forgets all that was learnt of the data. */
  resetState(): void;
  /**
   * Decodes a chunk of `length` bytes to the end of the window, from all of `from`.
   * @throws ImageError `corrupt-data`.
   */
  decode(from: Uint8Array, length: number): void;
}

/** A decoder whose output goes to `window`, which is its dictionary too. */
export function lzmaDecoder(window: Window): LzmaDecoder {
  const coder = rangeCoder(literal + (0x300 << mostLiteralBits));
  let contextBits = 0;
  let literalMask = 0;
  let positionMask = 0;
  let state = 0;
  /** The last four distances, less one. */
  let rep0 = 0;
  let rep1 = 0;
  let rep2 = 0;
  let rep3 = 0;

  function readLength(index: number, position: number): number {
    if (bit(coder, index) === 0) return treeBits(coder, index + lengthLow + position * 8, 3);
    if (bit(coder, index + 1) === 0)
      return 8 + treeBits(coder, index + lengthMiddle + position * 8, 3);
    return 16 + treeBits(coder, index + lengthHigh, 8);
  }

  function readDistance(length: number): number {
    const slot = treeBits(coder, posSlot + Math.min(length, 3) * 64, 6);
    if (slot < 4) return slot;
    const bits = (slot >>> 1) - 1;
    const high = (2 | (slot & 1)) * 2 ** bits;
    if (slot < 14) return high + reverseTreeBits(coder, posSpecial + high - slot, bits);
    return high + directBits(coder, bits - 4) * 16 + reverseTreeBits(coder, posAlign, 4);
  }

  /** Takes the distance out of the last four and puts it first. */
  function repeatDistance(): void {
    let distance = rep1;
    if (bit(coder, isRepG1 + state) === 1) {
      distance = rep2;
      if (bit(coder, isRepG2 + state) === 1) {
        distance = rep3;
        rep3 = rep2;
      }
      rep2 = rep1;
    }
    rep1 = rep0;
    rep0 = distance;
  }

  function readLiteral(): void {
    const context = (window.position & literalMask) << contextBits;
    const before = window.back(0) >>> (8 - contextBits);
    const index = literal + 0x300 * (context + before);
    window.put(
      state < 7 ? treeBits(coder, index, 8) : matchedByte(coder, index, window.back(rep0)),
    );
    state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
  }

  /** Reads a match and tells its length; 1 for a single byte from the last distance. */
  function readMatch(position: number): number {
    if (bit(coder, isRep + state) === 0) {
      rep3 = rep2;
      rep2 = rep1;
      rep1 = rep0;
      const length = readLength(matchLength, position);
      state = state < 7 ? 7 : 10;
      rep0 = readDistance(length);
      return length + 2;
    }
    if (bit(coder, isRepG0 + state) === 0) {
      if (bit(coder, isRep0Long + state * positions + position) === 0) {
        state = state < 7 ? 9 : 11;
        return 1;
      }
    } else repeatDistance();
    const length = readLength(repLength, position);
    state = state < 7 ? 8 : 11;
    return length + 2;
  }

  return {
    setProperties(byte) {
      const lc = byte % 9;
      const lp = Math.floor(byte / 9) % 5;
      const pb = Math.floor(byte / 45);
      if (pb > 4 || lc + lp > mostLiteralBits) throw corruptXz(`LZMA properties ${byte}`);
      contextBits = lc;
      literalMask = 2 ** lp - 1;
      positionMask = 2 ** pb - 1;
    },
    resetState() {
      coder.odds.fill(evenOdds);
      state = 0;
      rep0 = 0;
      rep1 = 0;
      rep2 = 0;
      rep3 = 0;
    },
    decode(from, length) {
      if (!beginCoding(coder, from)) throw corruptXz("LZMA data does not begin as it must");
      const end = window.position + length;
      while (window.position < end) {
        const position = window.position & positionMask;
        if (bit(coder, isMatch + state * positions + position) === 0) {
          readLiteral();
        } else {
          const count = readMatch(position);
          if (count > end - window.position) throw corruptXz("a chunk holds more than it says");
          window.repeat(rep0, count);
        }
        if (coder.at > from.length) throw corruptXz("a chunk is cut off");
      }
      if (!codingEnded(coder)) throw corruptXz("a chunk holds less than it says");
    },
  };
}
