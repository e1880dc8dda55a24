import { describe, expect, it } from "vitest";
import { createControl } from "../../../electron/engine";
import type { Placement } from "../../../electron/engine/image/writer";
import { createReserver } from "../../../electron/engine/ops/reserve";

const MIB = 1024 * 1024;
const linear: Placement = { kind: "linear", base: 0, blockSize: 4096 };
const slots: Placement = {
  kind: "slots",
  blockSize: 65_536,
  slotSize: 65_536,
  firstSlotAt: 65_536,
  headSize: 0,
};

/** Keeps what was asked of the host. */
function asked(refuse = false) {
  const ranges: [number, number][] = [];
  const allocate = (at: number, length: number) => {
    ranges.push([at, length]);
    if (refuse) throw new Error("no space left");
  };
  return { ranges, allocate };
}

function controlOf(total: number) {
  const control = createControl();
  control.setTotal(total);
  return control;
}

describe("reserve", () => {
  it("asks ahead for slots, once for all threads, and not past what is left to copy", () => {
    const { ranges, allocate } = asked();
    const control = controlOf(300 * MIB);
    const first = createReserver(slots, control, allocate);
    const second = createReserver(slots, control, allocate, first.buffer);
    first.before(65_536, MIB);
    second.before(65_536 + MIB, MIB);
    // What lies in front of the slots is not asked for.
    expect(ranges).toEqual([[65_536, 129 * MIB]]);
    control.addDone(299 * MIB);
    second.before(200 * MIB, MIB);
    expect(ranges[1]).toEqual([65_536 + 129 * MIB, 202 * MIB - 65_536 - 129 * MIB]);
    first.before(201 * MIB, MIB);
    expect(ranges).toHaveLength(2);
  });

  it("asks a little ahead while nobody knows yet how much is left", () => {
    const { ranges, allocate } = asked();
    createReserver(slots, createControl(), allocate).before(65_536, MIB);
    expect(ranges).toEqual([[65_536, 17 * MIB]]);
  });

  it("asks for just what is written to a linear target, when that is long enough", () => {
    const { ranges, allocate } = asked();
    const { before } = createReserver(linear, controlOf(300 * MIB), allocate);
    before(MIB, 4096);
    before(5 * MIB, 65_536);
    before(9 * MIB, MIB);
    expect(ranges).toEqual([
      [5 * MIB, 65_536],
      [9 * MIB, MIB],
    ]);
  });

  it("asks for just what is written to blocks that may keep holes", () => {
    const { ranges, allocate } = asked();
    const large: Placement = { ...slots, blockSize: 2 * MIB, slotSize: 2 * MIB };
    const { before } = createReserver(large, controlOf(300 * MIB), allocate);
    before(65_536 + 2 * MIB, MIB);
    expect(ranges).toEqual([[65_536 + 2 * MIB, MIB]]);
  });

  it.each([linear, slots])("gives up for all threads when the host refuses: $kind", (placement) => {
    const { ranges, allocate } = asked(true);
    const control = controlOf(300 * MIB);
    const first = createReserver(placement, control, allocate);
    const second = createReserver(placement, control, allocate, first.buffer);
    first.before(MIB, MIB);
    first.before(2 * MIB, MIB);
    second.before(300 * MIB, MIB);
    expect(ranges).toHaveLength(1);
  });
});
