import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { readCorpus } from "./corpus";
import { blockLength, casesOf } from "./cases";
import { Misbehaviour } from "./exercise";
import {
  keptFolder,
  mostMemory,
  mostTime,
  placeFile,
  type TesterLine,
  type TesterOrder,
} from "./protocol";
import { createMemoryMeter } from "./peak-memory";
import { spyOnFiles } from "./file-spy";
import type { CaseName } from "./finding";
import { keepFiles } from "./keep-files";

/** Findings whose images one process keeps; bugs come in swarms. */
const mostKept = 50;

/** Bytes that a Node without anything holds: a case has what is left of its memory beside them. */
const bareProcess = 64 * 2 ** 20;

function main(order: TesterOrder): void {
  const { seed, root, to, step } = order;
  const all = readCorpus(order.corpus);
  const corpus =
    order.format === undefined ? all : all.filter((each) => each.format === order.format);
  const place = openSync(join(root, placeFile), "w");
  const tell = (line: TesterLine): void => {
    writeSync(1, `${JSON.stringify(line)}\n`);
  };
  const memory = createMemoryMeter();
  const begin = Math.floor(order.from / blockLength);
  let spy: ReturnType<typeof spyOnFiles> | undefined;
  let done = 0;
  let kept = 0;
  for (let block = begin; block * blockLength < to; block += step) {
    const first = block === begin ? order.from % blockLength : 0;
    for (const one of casesOf({ corpus, seed, root }, block, first)) {
      if (one.number >= to) break;
      const { number, image, file, format, passphrase } = one;
      const name: CaseName = { number, image, file, format, passphrase };
      writeSync(place, JSON.stringify(name).padEnd(1024), 0);
      spy ??= spyOnFiles(one.folder.folder, one.folder.targets);
      memory.begin();
      const began = performance.now();
      const before = process.cpuUsage();
      let what: string | undefined;
      let files: string[] = [];
      try {
        files = spy(() => one.try());
      } catch (error) {
        if (!(error instanceof Misbehaviour)) throw error;
        what = error.message;
      }
      const took = performance.now() - began < mostTime ? 0 : cpuTimeSince(before);
      what ??= problemOf(files, took, memory.grown() + bareProcess);
      if (what !== undefined) {
        kept += 1;
        if (kept <= mostKept) keepFiles(one.folder.folder, join(root, keptFolder(number)));
        tell({ type: "finding", finding: { ...name, what } });
      }
      done += 1;
      // What it once took stays in the count: the next cases need a new process.
      if (what?.startsWith("memory") === true) return;
      if (done % 16 === 0) tell({ type: "done", done: 16 });
    }
  }
  tell({ type: "done", done: done % 16 });
  closeSync(place);
}

/** ms that this process has computed: on a busy machine less than have passed. */
function cpuTimeSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function problemOf(files: readonly string[], took: number, memory: number): string | undefined {
  if (files.length > 0) return `outside: ${files.join("; ")}`;
  if (took > mostTime) return `slow: ${Math.round(took)} ms of CPU time`;
  if (memory > mostMemory) return `memory: ${Math.round(memory / 2 ** 20)} MiB`;
  return undefined;
}

main(JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as TesterOrder);
