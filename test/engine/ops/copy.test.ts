import { describe, expect, it } from "vitest";
import { createControl } from "../../../electron/engine";
import { raw } from "../../../electron/engine/formats/raw";
import { stackLayers, type DiskImage } from "../../../electron/engine/image/disk-image";
import { closedGate } from "../../../electron/engine/image/gate";
import type { Placement } from "../../../electron/engine/image/writer";
import { memorySource, memoryTarget } from "../../../electron/engine/io/memory";
import type { ByteTarget } from "../../../electron/engine/io/source";
import { copyData } from "../../../electron/engine/ops/copy";
import { runThrough } from "../../../electron/engine/ops/steps";
import { expectBytes, isZero } from "../../helpers/bytes";
import { patternDisk } from "../../helpers/pattern-disk";
import { random, runSeed } from "../../helpers/seed";

const MIB = 1024 * 1024;

interface Told {
  readonly firstBlock: number;
  readonly firstSlot: number;
  readonly count: number;
}

/** Copies an image to memory, and keeps what the writer was told. */
function copied(image: DiskImage, placement: Placement, keepZeros = false) {
  const memory = memoryTarget();
  let written = 0;
  const write: ByteTarget["write"] = (at, from) => {
    written += from.length;
    memory.write(at, from);
  };
  const target = Object.create(memory, { write: { value: write } }) as ByteTarget;
  const told: Told[] = [];
  const counts: number[] = [];
  const writer = {
    placement,
    placed: (firstBlock: number, firstSlot: number, count: number) =>
      told.push({ firstBlock, firstSlot, count }),
    finish: (count: number) => void counts.push(count),
  };
  const control = createControl();
  const source = { images: [{ path: "none", grants: [] }] };
  const parts = [{ from: 0, length: image.size, target, writer }];
  const job = { image, source, parts, keepZeros, control, copiers: 0 };
  const { dataBytes } = runThrough(copyData(job));
  expect(counts).toHaveLength(1);
  return { target, written, told, control, dataBytes, slots: counts[0] ?? 0 };
}

function imageOf(bytes: Uint8Array): DiskImage {
  return stackLayers([raw.open(memorySource(bytes), closedGate)]);
}

/** Bytes of the target, zeros where it ends before. */
function bytesAt(target: ByteTarget, at: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  const there = Math.max(0, Math.min(length, target.size - at));
  target.read(at, bytes.subarray(0, there));
  return bytes;
}

/** Aligned stretches of that many bytes that are not all zero. */
function stretchesWithData(bytes: Uint8Array, length: number): number {
  let count = 0;
  for (let at = 0; at < bytes.length; at += length)
    if (!isZero(bytes.subarray(at, at + length))) count += 1;
  return count;
}

type Slots = Extract<Placement, { kind: "slots" }>;
const slots = (blockSize: number, slotSize = blockSize, headSize = 0): Slots => ({
  kind: "slots",
  blockSize,
  slotSize,
  headSize,
  firstSlotAt: 65_536,
});

describe(`copyData, seed ${runSeed}`, () => {
  const cases = [
    slots(512),
    slots(4096),
    slots(65_536),
    slots(MIB),
    slots(2 * MIB),
    slots(3 * MIB - 512),
    slots(65_536, 66_048, 512),
    slots(2 * MIB, 2 * MIB + 4096, 4096),
    { ...slots(65_536), holeSize: 4096 },
    { ...slots(MIB), holeSize: 4096 },
    { ...slots(2 * MIB, 2 * MIB + 4096, 4096), holeSize: 4096 },
  ];

  it.each(cases.map((placement, index) => ({ placement, index })))(
    "fills slots of $placement.slotSize bytes with blocks of $placement.blockSize, holes of $placement.holeSize",
    ({ placement, index }) => {
      const numbers = random(runSeed + index);
      const { bytes } = patternDisk(numbers, numbers.between(5 * MIB, 9 * MIB), 900_000);
      const image = imageOf(bytes);
      const { target, written, told, slots: count, control, dataBytes } = copied(image, placement);
      const { blockSize, slotSize, headSize, firstSlotAt, holeSize } = placement;

      const slotOf = new Map<number, number>();
      let after = 0;
      for (const { firstBlock, firstSlot, count: blocks } of told) {
        expect(firstBlock).toBeGreaterThanOrEqual(after);
        after = firstBlock + blocks;
        for (let nth = 0; nth < blocks; nth++) slotOf.set(firstBlock + nth, firstSlot + nth);
      }
      const used = [...slotOf.values()].toSorted((a, b) => a - b);
      expect(used).toEqual(Array.from({ length: count }, (_, slot) => slot));

      for (let block = 0; block * blockSize < bytes.length; block++) {
        const slot = slotOf.get(block);
        const expected = new Uint8Array(blockSize);
        expected.set(bytes.subarray(block * blockSize, (block + 1) * blockSize));
        // Only blocks that hold something take a slot.
        expect(slot !== undefined).toBe(!isZero(expected));
        if (slot === undefined) continue;
        const at = firstSlotAt + slot * slotSize + headSize;
        expectBytes(bytesAt(target, at, blockSize), expected, at);
        expectBytes(bytesAt(target, at - headSize, headSize), new Uint8Array(headSize));
      }
      if (holeSize !== undefined)
        expect(written).toBe(stretchesWithData(bytes, holeSize) * holeSize);
      expect(control.done).toBe(dataBytes);
      expect(control.total).toBe(dataBytes);
    },
  );

  it.each([0, 4096, 65_536])("copies to where a linear target begins, at %i", (base) => {
    const numbers = random(runSeed + 50 + base);
    const { bytes } = patternDisk(numbers, numbers.between(5 * MIB, 9 * MIB), 900_000);
    const image = imageOf(bytes);
    const placement = { kind: "linear", base, blockSize: 4096 } as const;
    const { target, written, told, slots: count } = copied(image, placement);
    expectBytes(bytesAt(target, base, bytes.length), bytes);
    expect(told).toEqual([]);
    expect(count).toBe(0);
    expect(target.size).toBeLessThanOrEqual(base + image.size);
    let data = 0;
    for (let at = 0; at < bytes.length; at += 4096) {
      const block = bytes.subarray(at, at + 4096);
      if (!isZero(block)) data += Math.min(4096, image.size - at);
    }
    expect(written).toBe(data);
  });

  it("tells each part of its own blocks, and finishes it before the next begins", () => {
    const numbers = random(runSeed + 80);
    const { bytes } = patternDisk(numbers, 9 * MIB + 512, 900_000);
    const image = imageOf(bytes);
    const happened: string[] = [];
    const starts = [0, 4 * MIB, 5 * MIB, 8 * MIB];
    const parts = starts.map((from, nth, all) => {
      const target = memoryTarget();
      const slotOf = new Map<number, number>();
      const writer = {
        placement: { ...slots(65_536), firstSlotAt: 65_536 * (nth + 1) },
        placed(firstBlock: number, firstSlot: number, count: number) {
          for (let i = 0; i < count; i++) slotOf.set(firstBlock + i, firstSlot + i);
          happened.push(`told ${nth}`);
        },
        finish(count: number) {
          expect([...slotOf.values()].toSorted((a, b) => a - b)).toEqual(
            Array.from({ length: count }, (_, slot) => slot),
          );
          happened.push(`finished ${nth}`);
        },
      };
      return { from, length: (all[nth + 1] ?? bytes.length) - from, target, writer, slotOf };
    });
    const source = { images: [{ path: "none", grants: [] }] };
    const control = createControl();
    const { dataBytes } = runThrough(copyData({ image, source, parts, control, copiers: 0 }));
    expect(control.total).toBe(dataBytes);
    expect(happened).toEqual(happened.toSorted((a, b) => (a.slice(-1) < b.slice(-1) ? -1 : 1)));
    expect(happened.filter((each) => each.startsWith("finished"))).toHaveLength(4);
    for (const { from, length, target, writer, slotOf } of parts) {
      for (let block = 0; block * 65_536 < length; block++) {
        const slot = slotOf.get(block);
        const at = from + block * 65_536;
        const expected = new Uint8Array(65_536);
        expected.set(bytes.subarray(at, Math.min(at + 65_536, from + length)));
        if (slot === undefined) expect(isZero(expected)).toBe(true);
        else
          expectBytes(
            bytesAt(target, writer.placement.firstSlotAt + slot * 65_536, 65_536),
            expected,
            at,
          );
      }
    }
  });

  it.each([
    slots(512),
    slots(65_536),
    slots(3 * MIB),
    { kind: "linear", base: 0, blockSize: 4096 },
  ])("writes all blocks when zeros are kept: $kind $blockSize", (placement) => {
    const { bytes } = patternDisk(random(runSeed + 90), 6 * MIB + 512, 300_000);
    const {
      told,
      slots: count,
      dataBytes,
      written,
      target,
    } = copied(imageOf(bytes), placement as Placement, true);
    expect(dataBytes).toBe(bytes.length);
    if (placement.kind === "linear") {
      expect(written).toBe(bytes.length);
      expectBytes(bytesAt(target, 0, bytes.length), bytes);
      return;
    }
    expect(count).toBe(Math.ceil(bytes.length / placement.blockSize));
    expect(told.reduce((sum, each) => sum + each.count, 0)).toBe(count);
  });

  it("copies nothing of an empty disk", () => {
    const { dataBytes, target, control } = copied(imageOf(new Uint8Array()), slots(65_536));
    expect({ dataBytes, size: target.size, total: control.total }).toEqual({
      dataBytes: 0,
      size: 0,
      total: 0,
    });
  });
});
