import { readFileSync, readdirSync } from "node:fs";
import { join, resolve, sep } from "node:path";
import { describe, expect, it } from "vitest";
import { importsOf } from "./build/imports";
import { objection } from "./build/layer-table";

const root = resolve(import.meta.dirname, "..");

const sources = ["shared", "electron", "renderer", "test", "build"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((name) =>
    join(folder, name).replaceAll(sep, "/"),
  ),
);
const modules = sources.filter((file) => /\.(ts|tsx|mjs|js)$/.test(file));

/** The imports of one file that the table does not allow, as `file:line: specifier: reason`. */
function offences(file: string, source: string): string[] {
  return importsOf(file, source).flatMap((one) => {
    const reason = objection(file, one);
    return reason === undefined ? [] : [`${file}:${one.line}: ${one.specifier}: ${reason}`];
  });
}

describe("who may import whom", () => {
  it("holds for every source file", () => {
    const found = modules.flatMap((file) => offences(file, readFileSync(join(root, file), "utf8")));
    expect(found).toEqual([]);
  });

  it("looks at the whole project", () => {
    for (const folder of ["shared/", "electron/engine/", "renderer/", "test/", "build/"]) {
      expect(modules.some((file) => file.startsWith(folder))).toBe(true);
    }
  });

  it.each([
    ["shared/model/a.ts", `import { a } from "../../electron/engine";`],
    ["shared/model/a.ts", `import { readFileSync } from "node:fs";`],
    ["electron/engine/image/a.ts", `import { readFileSync } from "node:fs";`],
    ["electron/engine/image/a.ts", `import { z } from "zod";`],
    ["electron/engine/image/a.ts", `import { app } from "electron";`],
    ["electron/engine/image/a.ts", `import { schema } from "../../../shared/model/facts";`],
    ["electron/engine/io/memory.ts", `const { inflate } = await import("pako");`],
    ["electron/engine/io/memory.ts", `createRequire(import.meta.url)("koffi");`],
    ["electron/engine/formats/raw/map.ts", `export { a } from "../qcow2/header";`],
    ["electron/engine/formats/raw/map.ts", `import type { A } from "../qcow2/header";`],
    ["electron/engine/formats/raw/map.ts", `import { convert } from "../../ops/convert";`],
    ["electron/engine/formats/raw/map.ts", `import { formats } from "../registry";`],
    ["electron/handlers/image.ts", `import { app } from "electron";`],
    ["electron/handlers/image.ts", `import { convert } from "../engine/ops/convert";`],
    ["electron/workers/job.ts", `import { queue } from "../jobs/queue";`],
    ["electron/jobs/queue.ts", `import { image } from "../handlers/image";`],
    ["electron/cli/main.ts", `const { app } = require("electron");`],
    ["electron/ipc/dispatch.ts", `import { bind } from "./bind";`],
    ["electron/preload.ts", `import { contract } from "../shared/ipc/contract";`],
    ["electron/window.ts", `import { App } from "../renderer/app";`],
    ["electron/settings.ts", `import { app } from "electron";`],
    ["electron/settings.ts", `import { openWindow } from "./window";`],
    ["renderer/app.tsx", `import { app } from "electron";`],
    ["renderer/app.tsx", `import { join } from "node:path";`],
    ["renderer/app.tsx", `import { convert } from "../electron/engine";`],
    ["renderer/ui/size-bar.tsx", `import { useImage } from "../state/image";`],
    ["renderer/state/image.ts", `import { SizeBar } from "../ui/size-bar";`],
    ["renderer/features/chain/chain.tsx", `import { Map } from "../overview/map";`],
    ["electron/engine/image/a.ts", `let a: import("../../../renderer/app").App;`],
  ])("forbids in %s: %s", (file, source) => {
    expect(offences(file, `// a comment\n${source}`)).toEqual([
      expect.stringContaining(`${file}:2: `),
    ]);
  });

  it.each([
    ["shared/model/a.ts", `import { z } from "zod";`],
    ["electron/engine/io/file.ts", `import { openSync } from "node:fs";`],
    ["electron/engine/io/native.ts", `createRequire(import.meta.url)("koffi");`],
    ["electron/engine/codec/compression.ts", `import { inflate } from "pako";`],
    ["electron/engine/image/a.ts", `import type { Facts } from "../../../shared/model/facts";`],
    ["electron/engine/image/a.ts", `import { type Facts } from "../../../shared/model/facts";`],
    ["electron/engine/formats/registry.ts", `import { raw } from "./raw";`],
    ["electron/engine/formats/raw/map.ts", `import { ImageError } from "../../errors";`],
    ["electron/engine/formats/raw/map.ts", `import type { Format } from "../format";`],
    ["electron/handlers/image.ts", `import { convert } from "../engine";`],
    ["electron/handlers/image.ts", `import { settings } from "../settings";`],
    ["electron/window.ts", `import { BrowserWindow } from "electron";`],
    ["electron/window.ts", `import { settings } from "./settings";`],
    ["electron/preload.ts", `import { channels } from "../shared/ipc/channels";`],
    ["electron/preload.ts", `import type { Calls } from "../shared/ipc/contract";`],
    ["renderer/ui/size-bar.tsx", `import { Tooltip } from "@mantine/core";`],
    ["renderer/main.tsx", `import "@mantine/core/styles/Button.css";`],
    ["renderer/features/chain/chain.tsx", `import { Bar } from "../../ui/size-bar";`],
  ])("allows in %s: %s", (file, source) => {
    expect(offences(file, source)).toEqual([]);
  });
});

describe("file length", () => {
  it("stays within 400 lines, so that a file fits in one reading", () => {
    const long = sources
      .filter((file) => /\.(tsx?|[cm]?js|css|html)$/.test(file))
      .map((file) => ({
        file,
        lines: readFileSync(join(root, file), "utf8").split("\n").length - 1,
      }))
      .filter(({ lines }) => lines > 400);
    expect(long).toEqual([]);
  });
});
