import { describe, expect, it } from "vitest";
import { createBatch } from "../../../electron/engine/ops/batch";
import { createPacker, type Packed, type PieceSize } from "../../../electron/engine/ops/packer";
import { random, runSeed, type Random } from "../../helpers/seed";

const MIB = 1024 * 1024;

function packed(unitSize: number, mostPerUnit: number, firstUnitAt = unitSize): Packed {
  const encoding = { codec: "deflate-raw", windowBits: 12, level: 5 } as const;
  return { kind: "packed", blockSize: unitSize, unitSize, firstUnitAt, mostPerUnit, encoding };
}

/** Encoded pieces of up to a unit, and plain units. */
function randomPieces(numbers: Random, unitSize: number, plain: number): PieceSize[] {
  return Array.from({ length: numbers.between(0, 20) }, () =>
    numbers.chance(plain)
      ? { length: unitSize, encoded: false }
      : { length: numbers.between(1, numbers.pick([4, unitSize / 4, unitSize])), encoded: true },
  );
}

describe(`packer, seed ${runSeed}`, () => {
  it.each([
    [512, 2 ** 64 - 1, 0.3],
    [512, 1, 0.3],
    [4096, 3, 0],
    [65_536, 65_535, 0.1],
    [65_536, 255, 0.9],
  ])("lays pieces into units of %i bytes, at most %i in each", (unitSize, most, plain) => {
    const numbers = random(runSeed + unitSize + (most % 1000));
    const first = createPacker(packed(unitSize, most, 1_000_000));
    const second = createPacker(packed(unitSize, most, 1_000_000), first.buffer);
    const taken: (PieceSize & { at: number })[] = [];
    for (let round = 0; round < 60; round++) {
      const pieces = randomPieces(numbers, unitSize, plain);
      const places = numbers.pick([first, second]).take(pieces);
      pieces.forEach((piece, nth) => taken.push({ ...piece, at: places[nth]! - 1_000_000 }));
    }
    taken.sort((a, b) => a.at - b.at);
    const users = new Map<number, number>();
    let end = 0;
    for (const { at, length, encoded } of taken) {
      expect(at).toBeGreaterThanOrEqual(end);
      end = at + length;
      if (!encoded) expect(at % unitSize).toBe(0);
      for (let unit = Math.floor(at / unitSize); unit * unitSize < end; unit++) {
        users.set(unit, (users.get(unit) ?? 0) + 1);
      }
    }
    expect(Math.max(...users.values())).toBeLessThanOrEqual(most);
    expect(first.units).toBe(Math.ceil(end / unitSize));
    // No unit is left out.
    expect(users.size).toBe(first.units);
  });

  it("leaves no gap between encoded pieces", () => {
    const packer = createPacker(packed(4096, 65_535));
    const pieces = [3000, 3000, 3000, 100].map((length) => ({ length, encoded: true }));
    expect(packer.take(pieces)).toEqual([4096, 7096, 10_096, 13_096]);
    expect(packer.take([{ length: 4096, encoded: false }, ...pieces])).toEqual([
      24_576, 13_196, 16_196, 19_196, 22_196,
    ]);
    expect(packer.units).toBe(6);
  });

  it("goes on behind plain units when a piece does not fit before them", () => {
    const packer = createPacker(packed(4096, 65_535));
    const [plain, long, short] = [
      { length: 4096, encoded: false },
      { length: 3000, encoded: true },
      { length: 500, encoded: true },
    ];
    expect(packer.take([plain, long])).toEqual([8192, 4096]);
    expect(packer.take([short])).toEqual([7096]);
    expect(packer.take([long, short])).toEqual([12_288, 15_288]);
    expect(packer.units).toBe(3);
  });
});

describe("a batch for a packed placement", () => {
  it.each([512, 65_536, 2 * MIB])("tells where blocks of %i bytes went", (blockSize) => {
    const placement = packed(blockSize, 1);
    const batch = createBatch(placement);
    // Bounded however small the blocks are.
    expect(batch.buffer.byteLength).toBeLessThan(20 * MIB);
    const operation = { at: 0, length: Math.max(MIB, blockSize), pieces: [], dataBytes: 1 };
    let count = 0;
    while (batch.add(operation)) count += 1;
    expect(count).toBeGreaterThan(500);
    const last = operation.length / blockSize - 1;
    const blocks = [
      { block: 0, at: 2 ** 45 + 1, length: 17, encoded: true },
      ...(last > 0 ? [{ block: last, at: 512, length: blockSize, encoded: false }] : []),
    ];
    const other = createBatch(placement, batch.buffer);
    other.setPacked(count - 1, blocks);
    expect(batch.packed(count - 1)).toEqual(blocks);
    expect(batch.packed(0)).toEqual([]);
    batch.clear();
    while (batch.add(operation));
    expect(batch.packed(count - 1)).toEqual([]);
  });
});
