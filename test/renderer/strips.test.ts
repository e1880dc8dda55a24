import { describe, expect, it } from "vitest";
import { stripsOf } from "../../renderer/features/overview/strips";
import { both, GiB, noTable, partition } from "../engine/ops/preflight/disks";

const strips = (partitions: readonly ReturnType<typeof partition>[], size: number) =>
  stripsOf({ ...both, partitions: [...partitions] }, size).map(
    ({ start, length, partition: its }) => [start / GiB, length / GiB, its?.number],
  );

describe("the strips of a disk", () => {
  it("cover it from the first partition to its end, in order", () => {
    const placed = [partition(3, "linux"), partition(1, "efi-system")];
    expect(strips(placed, 8 * GiB)).toEqual([
      [0, 1, undefined],
      [1, 1, 1],
      [2, 1, undefined],
      [3, 1, 3],
      [4, 4, undefined],
    ]);
  });

  it("leave out gaps too small to see, and what an extended partition holds is told by that", () => {
    const first = partition(1, "linux", undefined, 2 ** 20);
    expect(strips([first], GiB + 2 ** 21)).toMatchObject([[2 ** 20 / GiB, 1, 1]]);
    const logical = { ...partition(5, "linux"), start: 2 * GiB };
    const extended = { ...partition(2, "extended"), length: 3 * GiB };
    expect(strips([extended, logical], 5 * GiB).map(([, , number]) => number)).toEqual([
      undefined,
      5,
      undefined,
    ]);
  });

  it("end at the disk's end, and are none where partitions overlap or there are none", () => {
    expect(strips([partition(1, "linux")], 1.5 * GiB)).toEqual([
      [0, 1, undefined],
      [1, 0.5, 1],
    ]);
    expect(strips([partition(1, "linux"), partition(2, "linux", undefined, GiB)], 9 * GiB)).toEqual(
      [],
    );
    expect(stripsOf(noTable, GiB)).toEqual([]);
  });
});
