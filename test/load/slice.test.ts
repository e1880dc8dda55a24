import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { eventually } from "../helpers/eventually";
import { random, runSeed } from "../helpers/seed";
import { tempFolder } from "../helpers/temp-folder";
import { buildScripts, createLoad } from "./load";
import { countHandles, growth, type Sample } from "./samples";

const linux = process.platform === "linux";

describe.runIf(linux)(`the queue and its threads under load (seed ${runSeed})`, () => {
  it(
    "leave neither handles, threads nor half images, and none after quitting amid it",
    { timeout: 300_000 },
    async () => {
      const folder = tempFolder();
      const load = createLoad(await buildScripts("lamina-load"), folder, random(runSeed), 2 ** 20);
      await load.round(2);
      const before = countHandles();
      const { done, cancelled, opened } = await load.round(6);
      expect(done + cancelled).toBe(6);
      expect(opened).toBeGreaterThan(0);
      // A folder that is listed or a receipt that is written may be open for a moment.
      await eventually(() => expect(countHandles()).toBeLessThanOrEqual(before + 1));
      await load.quit(6);
      expect(readdirSync(join(folder, "targets"))).toEqual([]);
      // The images that were converted are still what they were, and all of them.
      expect(readdirSync(join(folder, "sources"))).toHaveLength(10);
    },
  );
});

describe("growth", () => {
  const sample = (at: number, heap: number): Sample => {
    return { at, heap, external: 5, resident: 0, handles: 9, threads: 1 };
  };

  it("is the slope of the line through the samples, a minute", () => {
    const samples = [sample(0, 100), sample(30, 140), sample(60, 160), sample(90, 200)];
    expect(growth(samples, "heap")).toBeCloseTo(64);
    expect(growth(samples, "handles")).toBe(0);
  });

  it("is none of one sample", () => {
    expect(growth([sample(3, 100)], "heap")).toBe(0);
    expect(growth([], "heap")).toBe(0);
  });
});
