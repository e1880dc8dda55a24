import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { createControl, ImageError } from "../../../electron/engine";
import { makeSampleFolder, samplesIn } from "../../../electron/workers/sample-folder";
import { tempFolder } from "../../helpers/temp-folder";

const mark = "00000000-0000-4000-8000-000000000000";
const leftOver = ".Lamina samples.11111111-1111-4111-8111-111111111111.partial";

describe("the samples' folder", () => {
  it("has its name when all is in it, and nothing unfinished stays beside it", () => {
    const parent = join(tempFolder(), "not there", "yet");
    mkdirSync(join(parent, leftOver), { recursive: true });
    const paths = makeSampleFolder(parent, mark, createControl());
    expect(readdirSync(parent)).toEqual(["Lamina samples"]);
    expect(paths).toHaveLength(7);
    expect(basename(paths[0] ?? "")).toBe("snapshots.qcow2");
    expect(paths.every((path) => existsSync(path))).toBe(true);
    expect(samplesIn(parent)).toEqual(paths);
  }, 30_000);

  it("is not there when it is cancelled in the middle", () => {
    const parent = tempFolder();
    const control = createControl();
    let steps = 0;
    const cancelling = {
      ...control,
      throwIfCancelled: () => {
        if ((steps += 1) > 3) throw new ImageError("cancelled", "Cancelled.");
      },
    };
    expect(() => makeSampleFolder(parent, mark, cancelling)).toThrow("Cancelled");
    expect(readdirSync(parent)).toEqual([]);
  }, 30_000);

  it("takes nothing else's place, and says when it cannot be made", () => {
    const parent = tempFolder();
    writeFileSync(join(parent, "Lamina samples"), "mine");
    expect(() => makeSampleFolder(parent, mark, createControl())).toThrow(
      expect.objectContaining({ code: "exists" }),
    );
    const file = join(parent, "Lamina samples");
    expect(() => makeSampleFolder(file, mark, createControl())).toThrow(
      expect.objectContaining({ code: "io" }),
    );
    expect(readdirSync(parent)).toEqual(["Lamina samples"]);
  });
});
