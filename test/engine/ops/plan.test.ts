import { describe, expect, it } from "vitest";
import type { Placement } from "../../../electron/engine/image/writer";
import { createBatch } from "../../../electron/engine/ops/batch";
import {
  MOST_PIECES,
  operationSize,
  operationsOf,
  type Operation,
  type Piece,
} from "../../../electron/engine/ops/plan";
import { random, runSeed, type Random } from "../../helpers/seed";

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;

function slots(blockSize: number): Placement {
  return { kind: "slots", blockSize, slotSize: blockSize, firstSlotAt: 0, headSize: 0 };
}

/** Pieces in order, side by side or with gaps, some in files. */
function randomPieces(numbers: Random, count: number): Piece[] {
  let at = 0;
  return Array.from({ length: count }, () => {
    at += numbers.pick([0, 0, 512, 4096, 300_000, 5 * MIB]);
    const length = numbers.pick([512, 4096, 65_536, 700_000, 3 * MIB]);
    const fd = numbers.pick([3, 4, undefined]);
    const piece = { at, length, hostAt: numbers.between(0, MIB), ...(fd && { fd }) };
    at += length;
    return piece;
  });
}

/** Where a guest byte comes from, by the pieces: "fd:offset", "image" or nothing. */
function originOf(pieces: readonly Piece[], at: number): string {
  const piece = pieces.find((each) => each.at <= at && at < each.at + each.length);
  if (piece === undefined) return "zero";
  return piece.fd === undefined ? "image" : `${piece.fd}:${piece.hostAt + at - piece.at}`;
}

function checkBlocks(operations: readonly Operation[], blockSize: number, most: number): void {
  let end = 0;
  for (const { at, length, pieces, dataBytes } of operations) {
    expect(at % blockSize).toBe(0);
    expect(length % blockSize).toBe(0);
    expect(at).toBeGreaterThanOrEqual(end);
    expect(length).toBeLessThanOrEqual(most);
    expect(pieces.reduce((sum, piece) => sum + piece.length, 0)).toBe(dataBytes);
    end = at + length;
  }
}

describe(`plan, seed ${runSeed}`, () => {
  it.each([512, 4096, 65_536, 2 * MIB])("covers every piece once, in blocks of %i", (blockSize) => {
    const numbers = random(runSeed + blockSize);
    const placement = slots(blockSize);
    const pieces = randomPieces(numbers, 60);
    const operations = [...operationsOf(pieces, placement)];
    checkBlocks(operations, blockSize, operationSize(placement));
    const planned = operations.flatMap((operation) => operation.pieces);
    for (const piece of pieces) {
      for (const at of [piece.at - 1, piece.at, piece.at + piece.length - 1]) {
        expect(originOf(planned, at)).toBe(originOf(pieces, at));
      }
    }
    const bytes = (all: readonly Piece[]) => all.reduce((sum, { length }) => sum + length, 0);
    expect(bytes(planned)).toBe(bytes(pieces));
  });

  it("leaves wide gaps between operations, and fills in narrow ones", () => {
    const piece = (at: number): Piece => ({ at, length: 4096, fd: 3, hostAt: at });
    const narrow = [...operationsOf([piece(0), piece(32_768)], slots(4096))];
    expect(narrow).toMatchObject([{ at: 0, length: 36_864 }]);
    const wide = [...operationsOf([piece(0), piece(MIB / 2)], slots(4096))];
    expect(wide).toMatchObject([
      { at: 0, length: 4096 },
      { at: MIB / 2, length: 4096 },
    ]);
  });

  it("reads what is in too many pieces through the image, and counts its data only", () => {
    const count = MOST_PIECES + 10;
    const pieces = Array.from({ length: count }, (_, n) => ({
      at: n * 1024,
      length: 512,
      fd: 3,
      hostAt: 0,
    }));
    const operations = [...operationsOf(pieces, slots(32 * MIB))];
    expect(operations).toHaveLength(1);
    expect(operations[0]?.dataBytes).toBe(count * 512);
    expect(operations[0]?.pieces.length).toBeLessThanOrEqual(MOST_PIECES);
    expect(operations[0]?.pieces[0]).toEqual({
      at: 0,
      length: (MOST_PIECES + 1) * 1024 - 512,
      hostAt: 0,
    });
  });
});

describe(`batch, seed ${runSeed}`, () => {
  const placement = slots(4096);

  it("gives back what was put in, to another view of it too", () => {
    const operations = [...operationsOf(randomPieces(random(runSeed + 1), 200), placement)];
    const batch = createBatch(placement);
    for (const operation of operations) expect(batch.add(operation)).toBe(true);
    const other = createBatch(placement, batch.buffer);
    expect(other.count).toBe(operations.length);
    operations.forEach((operation, index) => expect(other.operation(index)).toEqual(operation));
    const blocks = [
      { from: 0, to: 1 },
      { from: 31, to: 33 },
      { from: 200, to: 256 },
    ];
    other.setPlaced(1, 2 ** 40, blocks);
    expect(batch.placed(1)).toEqual({ at: operations[1]?.at, slot: 2 ** 40, blocks });
    expect(batch.placed(0).blocks).toEqual([]);
    batch.clear();
    expect(batch.count).toBe(0);
    batch.add({ at: 0, length: 4096, dataBytes: 1, pieces: [] });
    batch.add({ at: 4096, length: 4096, dataBytes: 1, pieces: [] });
    expect(batch.placed(1).blocks).toEqual([]);
  });

  it("is full after so many operations or pieces, and takes them beyond 2^32", () => {
    const batch = createBatch(placement);
    const at = 5 * 1024 * GIB;
    const many = Array.from({ length: MOST_PIECES }, () => ({ at, length: 512, hostAt: at }));
    let added = 0;
    while (batch.add({ at, length: 4096, dataBytes: 512, pieces: many })) added += 1;
    expect(added).toBe(4);
    expect(batch.operation(3)).toEqual({ at, length: 4096, dataBytes: 512, pieces: many });
    batch.clear();
    for (added = 0; batch.add({ at, length: 4096, dataBytes: 0, pieces: [] });) added += 1;
    expect(added).toBe(4096);
  });
});
