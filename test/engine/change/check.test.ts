import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { checkQcow2 } from "../../../electron/engine/formats/qcow2/check/survey";
import { memorySource } from "../../../electron/engine/io/memory";
import { describeWithQemu } from "../../helpers/qemu-img";
import { rounds } from "../../helpers/rounds";
import { random, runSeed } from "../../helpers/seed";
import { tempFolder } from "../../helpers/temp-folder";
import { damage } from "./damage";
import { countsOf, oracleCheck } from "./oracle-check";
import { layouts, randomImage } from "./random-image";

describeWithQemu("a check counts as qemu-img check does", () => {
  for (const [i, layout] of layouts.entries()) {
    const seed = runSeed + i;
    it(`${layout.clusterSize}, ${layout.options ?? "default"} (seed ${seed})`, () => {
      const r = random(seed);
      const folder = tempFolder();
      const sound = readFileSync(randomImage(r, folder, layout));
      expect(countsOf(checkQcow2(memorySource(sound)))).toMatchObject({ corruptions: 0, leaks: 0 });
      const path = join(folder, "damaged.qcow2");
      let compared = 0;
      for (let round = 0; round < rounds(8, 100); round++) {
        const bytes = Buffer.from(sound);
        if (round > 0) damage(r, bytes);
        writeFileSync(path, bytes);
        const { counts, said } = oracleCheck(path);
        // What qemu-img does not open at all has no counts.
        if (counts === undefined) continue;
        compared += 1;
        const result = checkQcow2(memorySource(bytes));
        const ours = result.findings.map(({ kind, at, text }) => `${kind} ${at}: ${text}`);
        const both = [`round ${round}`, said, ...ours].join("\n");
        expect(countsOf(result), both).toEqual(counts);
      }
      expect(compared).toBeGreaterThan(0);
    });
  }
});
