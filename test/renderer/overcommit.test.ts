import { describe, expect, it } from "vitest";
import { overcommitFactor, overcommitsOf } from "../../renderer/features/library/overcommit";
import type { ListedImage, WatchedFolder } from "../../shared/model/watched-folder";

const disk = (virtualSize: number, allocated: number, grows = true): ListedImage => ({
  path: `/vm/${virtualSize}`,
  name: `${virtualSize}`,
  virtualSize,
  allocated,
  grows,
});

function folder(
  images: ListedImage[],
  free: number,
  { path = "/vm", volume = "1" } = {},
): WatchedFolder {
  const host = { free, capacity: 1000, volume };
  return { path, state: "ready", images, more: false, host };
}

const overcommitOf = (one: WatchedFolder, ...others: readonly WatchedFolder[]) =>
  overcommitsOf([one, ...others]).get(one.path);

describe("how far a folder is overcommitted", () => {
  it("holds what guests may still write against what is free", () => {
    const found = overcommitOf(folder([disk(400, 100), disk(300, 50)], 250));
    expect(found).toEqual({
      promised: 700,
      taken: 150,
      toCome: 550,
      free: 250,
      others: { folders: 0, promised: 0, taken: 0, toCome: 0 },
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

  it("holds all folders of one volume against what is free there, once", () => {
    const one = folder([disk(400, 100)], 350);
    const two = folder([disk(200, 150), disk(30, 0)], 350, { path: "/more" });
    const far = folder([disk(900, 0)], 10, { path: "/far", volume: "2" });
    expect(overcommitOf(one, two, far)).toMatchObject({
      promised: 400,
      toCome: 300,
      others: { folders: 1, promised: 230, taken: 150, toCome: 80 },
      available: 100 + 150 + 350,
      lacking: 30,
    });
    const whole = [overcommitOf(one, two, far), overcommitOf(two, one, far)];
    // 630 of 600 bytes, seen from either.
    for (const found of whole) expect(found && overcommitFactor(found)).toBe(1.05);
    expect(overcommitOf(far, one, two)).toMatchObject({ others: { folders: 0 }, lacking: 890 });
  });

  it("counts no image that one of another folder stands on", () => {
    const over = { ...disk(400, 10), path: "/more/over", base: "/vm/400" };
    const base = folder([disk(400, 300)], 1000);
    const more = folder([over], 1000, { path: "/more" });
    expect(overcommitOf(base, more)).toBeUndefined();
    expect(overcommitOf(more, base)).toMatchObject({ promised: 400, others: { folders: 0 } });
  });

  it("says nothing where nobody knows what is free", () => {
    expect(
      overcommitOf({ path: "/vm", state: "ready", images: [disk(1, 1)], more: false }),
    ).toBeUndefined();
  });
});
