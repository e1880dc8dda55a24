import { describe, expect, it } from "vitest";
import { overcommitFactor, overcommitOf } from "../../renderer/features/library/overcommit";
import type { ListedImage, WatchedFolder } from "../../shared/model/watched-folder";

const disk = (virtualSize: number, allocated: number, grows = true): ListedImage => ({
  path: `/vm/${virtualSize}`,
  name: `${virtualSize}`,
  virtualSize,
  allocated,
  grows,
});

function folder(images: ListedImage[], free: number): WatchedFolder {
  return { path: "/vm", state: "ready", images, more: false, host: { free, capacity: 1000 } };
}

describe("how far a folder is overcommitted", () => {
  it("holds what guests may still write against what is free", () => {
    const found = overcommitOf(folder([disk(400, 100), disk(300, 50)], 250));
    expect(found).toEqual({
      promised: 700,
      taken: 150,
      toCome: 550,
      free: 250,
      capacity: 1000,
      available: 400,
      lacking: 300,
    });
    expect(found && overcommitFactor(found)).toBe(1.75);
  });

  it("lacks nothing to the last byte, and one behind it", () => {
    const lacking = (free: number) => overcommitOf(folder([disk(400, 100)], free))?.lacking;
    expect(lacking(300)).toBe(0);
    expect(lacking(299)).toBe(1);
  });

  it("counts neither what no guest writes to nor what is broken", () => {
    const broken = { path: "/vm/x", name: "x", allocated: 5, grows: false };
    expect(overcommitOf(folder([disk(400, 100), disk(50, 50, false), broken], 0))).toMatchObject({
      promised: 400,
      taken: 100,
    });
    expect(overcommitOf(folder([disk(50, 50, false)], 0))).toBeUndefined();
  });

  it("lets snapshots of one disk take no room from another's promise", () => {
    expect(overcommitOf(folder([disk(100, 300), disk(100, 0)], 60))).toMatchObject({
      toCome: 100,
      lacking: 40,
    });
  });

  it("says nothing where nobody knows what is free", () => {
    expect(
      overcommitOf({ path: "/vm", state: "ready", images: [disk(1, 1)], more: false }),
    ).toBeUndefined();
  });
});
