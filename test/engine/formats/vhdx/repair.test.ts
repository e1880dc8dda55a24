import { describe, expect, it } from "vitest";
import { checkVhdx } from "../../../../electron/engine/formats/vhdx/check";
import { repairVhdx } from "../../../../electron/engine/formats/vhdx/repair";
import { memorySource } from "../../../../electron/engine/io/memory";
import { random, runSeed } from "../../../helpers/seed";
import { bytesOf, crashes, recordingTarget, replay } from "../../change/recording";
import { entry, filled, guids, handmade, MiB, open, places, read } from "./handmade";
import { sector, writeLog } from "./log-entries";

/** A disk of two blocks whose log, not replayed yet, changes both and the table. */
function dirty(): Uint8Array {
  const target = handmade({ bat: { 0: entry(6, 8) }, logGuid: guids.log, fileSize: 10 * MiB });
  target.write(8 * MiB, filled(MiB, 1));
  const bat = new Uint8Array(sector);
  target.read(places.bat, bat);
  new DataView(bat.buffer).setBigUint64(8, entry(6, 9), true);
  const changes = [
    { at: places.bat, bytes: bat },
    { at: 8 * MiB + sector, bytes: filled(sector, 7) },
    { at: 8 * MiB + 4 * sector, zeros: 3 * sector },
    { at: 9 * MiB, bytes: filled(sector, 9) },
  ];
  return bytesOf(writeLog(target, { sequenceNumber: 3, at: 0, changes, lastFileOffset: 11 * MiB }));
}

const diskOf = (bytes: Uint8Array): Uint8Array => {
  const image = open(memorySource(bytes));
  return read(image, 0, 2 * MiB);
};

describe("repairing a VHDX writes down what its log holds", () => {
  it(`and whatever a crash leaves reads alike (seed ${runSeed})`, () => {
    const before = dirty();
    const wanted = diskOf(before);
    expect(wanted[sector]).toBe(7);
    const { file, steps } = recordingTarget(before);
    const result = repairVhdx(file, "all");
    expect(result.before).toMatchObject({ dirty: true, checkErrors: 0 });
    expect(result.after).toMatchObject({ dirty: false, corruptions: 0, checkErrors: 0 });
    expect(file.size).toBe(11 * MiB);
    expect(Buffer.compare(diskOf(bytesOf(file)), wanted)).toBe(0);
    for (const done of crashes(random(runSeed), steps, 4))
      expect(Buffer.compare(diskOf(replay(before, done)), wanted)).toBe(0);
  });

  it("and nothing past the end that its log gives it", () => {
    const target = handmade({ bat: { 0: entry(6, 8) }, logGuid: guids.log, fileSize: 10 * MiB });
    const changes = [
      { at: 9 * MiB, zeros: 200 * MiB },
      { at: 50 * MiB, bytes: filled(sector, 9) },
    ];
    writeLog(target, { sequenceNumber: 3, at: 0, changes, lastFileOffset: 11 * MiB });
    const { file } = recordingTarget(bytesOf(target));
    repairVhdx(file, "all");
    expect(file.size).toBe(11 * MiB);
  });

  it("but not when only leaks are to be mended", () => {
    const { file, steps } = recordingTarget(dirty());
    repairVhdx(file, "leaks");
    expect(steps).toEqual([]);
    expect(checkVhdx(file).dirty).toBe(true);
  });
});
