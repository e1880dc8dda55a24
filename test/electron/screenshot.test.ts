import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createSettledSignal, takeScreenshot, pictureFolder } from "../../electron/screenshot";
import { openSettings } from "../../electron/settings";
import { tempFolder } from "../helpers/temp-folder";

const picture = new Uint8Array([1, 2, 3]);

describe("a screenshot", () => {
  it("is taken when the page has settled, not before", async () => {
    const file = join(tempFolder(), "a.png");
    const settled = createSettledSignal();
    const order: string[] = [];
    const taken = takeScreenshot({
      file,
      settled: settled.told,
      patience: 10_000,
      capture: () => {
        order.push("captured");
        return Promise.resolve(picture);
      },
    });
    await new Promise((next) => setTimeout(next, 30));
    order.push("settled");
    settled.tell();
    expect(await taken).toBeUndefined();
    expect(order).toEqual(["settled", "captured"]);
    expect(new Uint8Array(readFileSync(file))).toEqual(picture);
  });

  it("is given up when the page does not settle", async () => {
    const file = join(tempFolder(), "a.png");
    const { told } = createSettledSignal();
    const why = await takeScreenshot({
      file,
      settled: told,
      patience: 20,
      capture: () => Promise.resolve(picture),
    });
    expect(why).toMatch(/did not settle/);
    expect(existsSync(file)).toBe(false);
  });

  it("says in one line why it could not be written", async () => {
    const file = join(tempFolder(), "no", "a.png");
    const why = await takeScreenshot({
      file,
      settled: Promise.resolve(),
      patience: 10_000,
      capture: () => Promise.resolve(picture),
    });
    expect(why).toMatch(/^No screenshot was written: ENOENT[^\n]*$/);
  });

  it("shows nothing of the user's settings, nor of an earlier picture's", async () => {
    const userData = tempFolder();
    await openSettings(userData).addRecent(["/private.img"]);
    await openSettings(pictureFolder(userData)).addRecent(["/pictured.img"]);
    expect(openSettings(pictureFolder(userData)).get().recent).toEqual([]);
    expect(openSettings(userData).get().recent).toEqual(["/private.img"]);
  });
});
