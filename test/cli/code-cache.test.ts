import { execFileSync } from "node:child_process";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { bundle } from "./programs";

it("the program's compiled code is taken by the Node that built it, in every thread", () => {
  const script = `
    const { readFileSync } = require("node:fs");
    const { wrap } = require("node:module");
    const { Script } = require("node:vm");
    const { isMainThread, Worker } = require("node:worker_threads");
    const file = ${JSON.stringify(join(dirname(bundle), "program.cjs"))};
    const cachedData = readFileSync(file + ".cache");
    const { cachedDataRejected } = new Script(wrap(readFileSync(file, "utf8")), { cachedData });
    process._rawDebug(String(cachedDataRejected));
    if (isMainThread) new Worker(process.argv[1], { eval: true, argv: [process.argv[1]] });
  `;
  const { NODE_OPTIONS: _, ...env } = process.env;
  const said = execFileSync("sh", ["-c", '"$0" -e "$1" "$1" 2>&1', process.execPath, script], {
    env,
    encoding: "utf8",
  });
  expect(said.trim().split("\n")).toEqual(["false", "false"]);
});
