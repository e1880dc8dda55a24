import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { openReceipts } from "../../electron/receipts";
import { openSettings } from "../../electron/settings";
import { readableSettings, settingsSchema } from "../../shared/model/settings";
import { bundle } from "../helpers/bundle";
import { random, runSeed } from "../helpers/seed";
import { tempFolder } from "../helpers/temp-folder";

const ROUNDS = 50;
/** Processes at once, so that fifty take no minute. */
const LANES = 2;
/** Fifty processes take some seconds, and more where much else runs. */
const PATIENCE_MS = 300_000;

let writer = "";
beforeAll(async () => {
  writer = await bundle("test/electron/kept-files-writer.ts");
});

/** Lets a process write there, and kills it so many milliseconds after it has begun. */
function writeAndKill(folder: string, after: number): Promise<NodeJS.Signals | null> {
  const child = spawn(process.execPath, [writer, folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  child.stdout.once("data", () => setTimeout(() => child.kill("SIGKILL"), after));
  return new Promise((ended) => child.once("exit", (_code, signal) => ended(signal)));
}

describe(`a process that is killed while it writes (seed ${runSeed})`, () => {
  it(
    `leaves whole settings and whole receipts, ${ROUNDS} times`,
    { timeout: PATIENCE_MS },
    async () => {
      const { between } = random(runSeed);
      const lane = async (folder: string): Promise<number> => {
        let cut = 0;
        for (let round = 0; round < ROUNDS / LANES; round++) {
          expect(await writeAndKill(folder, between(0, 40))).toBe("SIGKILL");
          const names = readdirSync(folder);
          const receiptFiles = names.includes("receipts")
            ? readdirSync(join(folder, "receipts"))
            : [];
          cut += [...names, ...receiptFiles].filter((name) => name.endsWith(".new")).length;
          expect(names).not.toContain("settings.damaged.json");
          if (names.includes("settings.json")) {
            const text = readFileSync(join(folder, "settings.json"), "utf8");
            expect(openSettings(folder).get()).toEqual(settingsSchema.parse(JSON.parse(text)));
          }
          if (names.includes("settings.copy.json")) {
            const text = readFileSync(join(folder, "settings.copy.json"), "utf8");
            expect(readableSettings(text).damage).toBe("none");
          }
          const whole = receiptFiles.filter((name) => name.endsWith(".json"));
          expect(await openReceipts(join(folder, "receipts")).list()).toHaveLength(whole.length);
        }
        expect(openSettings(folder).get().recent.length).toBeGreaterThan(0);
        return cut;
      };
      const cuts = await Promise.all(Array.from({ length: LANES }, () => lane(tempFolder())));
      // Otherwise nobody was killed amid a write, and nothing is shown.
      expect(cuts.reduce((sum, cut) => sum + cut)).toBeGreaterThan(0);
    },
  );
});
