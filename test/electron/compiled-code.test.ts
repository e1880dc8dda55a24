import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { bundle } from "../helpers/bundle";
import { tempFolder } from "../helpers/temp-folder";

let loader = "";
beforeAll(async () => {
  loader = await bundle("electron/compiled-code.ts");
});

/** Chunks that require one another, and an empty folder for what is kept of them. */
function build(): { chunks: string; kept: string } {
  const folder = tempFolder();
  const chunks = join(folder, "chunks");
  mkdirSync(chunks);
  writeFileSync(join(chunks, "one-a.cjs"), `exports.sum = require("./two-b.cjs").two + 1;`);
  writeFileSync(join(chunks, "two-b.cjs"), `exports.two = require("node:path").sep.length + 1;`);
  return { chunks, kept: join(folder, "kept") };
}

/** Loads the first chunk in a process of its own, which then keeps what it compiled. @returns what that exports */
function load(chunks: string, kept: string): number {
  const script = `
    import { createRequire } from "node:module";
    import { loadWithCompiled } from ${JSON.stringify(loader)};
    const keep = loadWithCompiled(${JSON.stringify(chunks)}, ${JSON.stringify(kept)}, "main");
    const { sum } = createRequire(${JSON.stringify(join(chunks, "any"))})("./one-a.cjs");
    keep();
    console.log(sum);`;
  const ran = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    encoding: "utf8",
  });
  expect(ran.stderr).toBe("");
  return Number(ran.stdout);
}

const names = ["main.one-a.cjs.cache", "main.two-b.cjs.cache"];

describe("what V8 compiled", () => {
  it("is kept by the first start, taken by the next, and not written again", () => {
    const { chunks, kept } = build();
    expect(load(chunks, kept)).toBe(3);
    expect(readdirSync(kept).toSorted()).toEqual(names);
    const first = names.map((name) => readFileSync(join(kept, name)));
    // V8 looks at the length of the source only: what it believes shows that it was taken.
    const path = join(chunks, "two-b.cjs");
    writeFileSync(path, readFileSync(path, "utf8").replace("+ 1", "+ 7"));
    expect(load(chunks, kept)).toBe(3);
    expect(names.map((name) => readFileSync(join(kept, name)))).toEqual(first);
  });

  it("is made anew when it is of no use", () => {
    const { chunks, kept } = build();
    load(chunks, kept);
    const first = names.map((name) => readFileSync(join(kept, name)));
    for (const name of names) writeFileSync(join(kept, name), "damaged");
    expect(load(chunks, kept)).toBe(3);
    expect(names.map((name) => readFileSync(join(kept, name)).length)).toEqual(
      first.map(({ length }) => length),
    );
  });

  it("goes with its chunk, and leaves other threads' alone", () => {
    const { chunks, kept } = build();
    mkdirSync(kept);
    writeFileSync(join(kept, "main.gone-c.cjs.cache"), "");
    writeFileSync(join(kept, "inspector.gone-c.cjs.cache"), "");
    load(chunks, kept);
    expect(readdirSync(kept).toSorted()).toEqual(["inspector.gone-c.cjs.cache", ...names]);
  });

  it("is done without where it cannot be kept", () => {
    const { chunks, kept } = build();
    writeFileSync(kept, "a file");
    expect(load(chunks, kept)).toBe(3);
    expect(readFileSync(kept, "utf8")).toBe("a file");
  });
});
