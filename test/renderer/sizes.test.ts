import { describe, expect, it } from "vitest";
import { growthOf, sizesOf } from "../../renderer/features/overview/sizes";
import { GiB, layer, report } from "./reports";

describe("the sizes of the Overview", () => {
  it("are those of the image's own file, and what the backing files answer", () => {
    const chain = report("/vm/top.qcow2", {
      layers: [
        layer("/vm/top.qcow2", { fileLength: 2 * GiB, allocated: GiB, answers: GiB }),
        layer("/vm/middle.qcow2", { answers: 3 * GiB }),
        layer("/vm/base.qcow2", { answers: 2 * GiB }),
      ],
      own: { data: GiB, compressed: 0, compressedGuest: 0, rest: 0 },
      throughChain: 6 * GiB,
    });
    expect(sizesOf(chain)).toEqual({
      virtual: 40 * GiB,
      length: 2 * GiB,
      allocated: GiB,
      throughChain: 6 * GiB,
      fromBacking: 5 * GiB,
      scale: 40 * GiB,
    });
  });

  it("share a scale that holds a file larger than its promise", () => {
    const fat = report("/vm/fat.qcow2", {
      layers: [layer("/vm/fat.qcow2", { virtualSize: GiB, fileLength: 3 * GiB })],
    });
    expect(sizesOf(fat).scale).toBe(5 * GiB);
  });
});

describe("growth", () => {
  const own = { data: 4 * GiB, compressed: GiB, compressedGuest: 2 * GiB, rest: GiB };

  it("fits when all that was promised has room, to the byte", () => {
    const host = { free: 36 * GiB, capacity: 100 * GiB };
    expect(growthOf(report("/a", { own, host }))).toEqual({
      kind: "fits",
      left: 36 * GiB,
      free: 36 * GiB,
    });
  });

  it("does not fit with one byte less", () => {
    const host = { free: 36 * GiB - 1, capacity: 100 * GiB };
    expect(growthOf(report("/a", { own, host })).kind).toBe("does-not-fit");
  });

  it("is not known where the host cannot say", () => {
    expect(growthOf(report("/a", { own, host: undefined }))).toEqual({
      kind: "unknown",
      left: 36 * GiB,
    });
  });

  it("is at its end when all is written", () => {
    const full = { data: 40 * GiB, compressed: 0, compressedGuest: 0, rest: 0 };
    expect(growthOf(report("/a", { own: full })).kind).toBe("full");
    const before = { id: "1", name: "before", dateSeconds: 0, dateNanoseconds: 0 };
    const snapshots = [{ ...before, vmClockNanoseconds: "0", vmStateSize: 0 }];
    const layers = [layer("/a", { facts: { snapshots, bitmaps: [], details: [] } })];
    expect(growthOf(report("/a", { own: full, layers })).kind).toBe("shared");
    // Compressed clusters take their full size once they are written to.
    const packed = { data: 0, compressed: GiB, compressedGuest: 40 * GiB, rest: 0 };
    expect(growthOf(report("/a", { own: packed, host: undefined }))).toEqual({
      kind: "unknown",
      left: 40 * GiB,
    });
  });

  it("does not apply to a disc image, and cannot be told of what cannot be read", () => {
    const disc = report("/a.iso", { layers: [layer("/a.iso", { format: "iso" })] });
    expect(growthOf(disc).kind).toBe("medium");
    const unreadable = { code: "unsupported", message: "encrypted" };
    expect(growthOf(report("/a", { unreadable })).kind).toBe("unreadable");
  });
});
