import i18next, { type TFunction } from "i18next";
import { beforeAll, describe, expect, it } from "vitest";
import { partitionAt } from "../../renderer/features/map/partition-at";
import { placeParts } from "../../renderer/features/map/place-parts";
import { en } from "../../renderer/text/en";
import type { Inside } from "../../shared/model/inside";
import type { MapOrder, MapPlace } from "../../shared/model/map";
import { layer, MiB, report } from "./reports";

const cellSize = 16 * MiB;

const inside: Inside = {
  table: "mbr",
  sectorSize: 512,
  bootCode: true,
  partitions: [
    {
      number: 1,
      start: MiB,
      length: 9 * MiB,
      type: "83",
      kind: "linux",
      bootable: true,
      content: { kind: "ext4" },
    },
    { number: 2, start: 10 * MiB, length: 90 * MiB, type: "05", kind: "extended", bootable: false },
    { number: 5, start: 20 * MiB, length: 80 * MiB, type: "8e", bootable: false },
  ],
  findings: [],
};

describe("the partition at a byte", () => {
  it("is the one that holds it, and none between them", () => {
    expect(partitionAt(inside, MiB)).toEqual({ number: 1, content: { kind: "ext4" } });
    expect(partitionAt(inside, 10 * MiB)).toBeUndefined();
    expect(partitionAt(inside, 20 * MiB)).toEqual({ number: 5 });
    expect(partitionAt(inside, 100 * MiB)).toBeUndefined();
  });

  it("is what the whole disk holds where there is no table", () => {
    const whole: Inside = {
      ...inside,
      table: "none",
      partitions: [],
      whole: { kind: "xfs", size: MiB },
    };
    expect(partitionAt(whole, 0)).toEqual({ content: { kind: "xfs", size: MiB } });
    expect(partitionAt(whole, MiB)).toBeUndefined();
  });
});

describe("what is told of a cell", () => {
  let t: TFunction;
  beforeAll(async () => {
    const texts = i18next.createInstance();
    const resources = { en: { translation: en } };
    await texts.init({ lng: "en", resources, interpolation: { escapeValue: false } });
    t = texts.t;
  });

  const told = (place: Partial<MapPlace>, order: MapOrder = "guest") => {
    const layers = [layer("/vm/web01.qcow2"), layer("/vm/base.qcow2")];
    const whole: MapPlace = {
      at: 2 * MiB,
      length: MiB,
      class: "data",
      kind: "data",
      shares: [{ class: "data", bytes: cellSize }],
      snapshots: [],
      ...place,
    };
    const parts = placeParts(
      { report: report("/vm/web01.qcow2", { layers, inside }), order, cellSize, place: whole },
      t,
    );
    return parts.map((part) => part.replace(/<\/?b>/g, "").replaceAll("\u00a0", " "));
  };

  it("is where it is, who holds it, and with whom it is shared", () => {
    const place = { owner: "/vm/web01.qcow2", hostAt: 0x50000, guestAt: 2 * MiB };
    expect(told({ ...place, snapshots: ["fresh"] })).toEqual([
      "Offset 0x200000",
      "Cluster 32",
      "Data in web01.qcow2 at 0x50000",
      "Run of 1 MiB",
      "Shared with fresh",
      "Partition 1, ext4",
    ]);
  });

  it("is how much of the cell it takes, and what snapshots keep instead", () => {
    const shares = [
      { class: "unallocated", bytes: 12 * MiB },
      { class: "data", bytes: 4 * MiB },
    ] as const;
    const place = { owner: "/vm/base.qcow2", shares: [...shares], guestAt: 30 * MiB };
    expect(told({ ...place, snapshots: ["a", "b", "c", "d", "e"] })).toEqual([
      "Offset 0x200000",
      "Cluster 32",
      "Data in base.qcow2",
      "Run of 1 MiB",
      "25% of this cell",
      "Kept by a, b, c and 2 more",
      "Partition 5",
    ]);
  });

  it("is in the file what it is, and where the guest has it", () => {
    const place = {
      owner: "/vm/web01.qcow2",
      hostAt: 2 * MiB,
      class: "shared-2",
      guestAt: 0,
    } as const;
    expect(told(place, "host")).toEqual([
      "Offset 0x200000",
      "Cluster 32",
      "Data",
      "Guest offset 0x0",
      "Run of 1 MiB",
    ]);
  });
});
