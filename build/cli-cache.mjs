// Writes out/cli/program.cjs.cache: lets the program do once what is done most often, and keeps what V8
// compiled for that. Loaded as electron/cli/load-program.ts loads it.

import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import Module, { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { Script } from "node:vm";

const file = resolve(import.meta.dirname, "../out/cli/program.cjs");
const folder = mkdtempSync(join(tmpdir(), "lamina-cache-"));
const raw = join(folder, "a.raw");
const qcow2 = join(folder, "a.qcow2");
const overlay = join(folder, "overlay.qcow2");

/** Every other 64 KiB of 4 MiB are data. */
function makeDisk() {
  const fd = openSync(raw, "w");
  const data = Buffer.alloc(65_536, "Lamina ");
  for (let at = 0; at < 2 ** 22; at += 2 * data.length) writeSync(fd, data, 0, data.length, at);
}

const script = new Script(Module.wrap(readFileSync(file, "utf8")), { filename: file });
const module = { exports: {} };
script.runInThisContext()(module.exports, createRequire(file), module, file, dirname(file));
/** @typedef {(args: string[], startCopier: () => unknown) => Promise<number>} Main */
const { main } = /** @type {{ main: Main }} */ (module.exports);

try {
  makeDisk();
  for (const line of [
    ["convert", "-O", "qcow2", raw, qcow2],
    ["convert", "-c", "-O", "qcow2", raw, `${qcow2}.zlib`],
    ["create", "-q", "-f", "qcow2", "-b", qcow2, "-F", "qcow2", overlay],
    ["convert", "-O", "raw", overlay, `${raw}.copy`],
    ["snapshot", "-c", "a", qcow2],
    ["snapshot", "-d", "a", qcow2],
    ["check", qcow2],
    ["map", "--output=json", qcow2],
  ])
    if ((await main(line, () => ({ stop: () => undefined }))) !== 0)
      throw new Error(`lamina ${line.join(" ")} failed`);
  writeFileSync(`${file}.cache`, script.createCachedData());
} finally {
  rmSync(folder, { recursive: true, force: true });
}
