import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { bundle } from "../helpers/bundle";
import { makeCorpus } from "./make-corpus";
import { createFindings } from "./findings";
import { readOptions, type FuzzOptions } from "./options";
import { replay } from "./replay";
import { runProcess } from "./run-process";
import { blockLength } from "./cases";

const root = resolve(import.meta.dirname, "../..");
const reportFile = join(root, "test-results/fuzz.json");

/** Runs what `args` ask for; the answer is the exit code: 0 when nothing was found. */
export async function fuzz(args: readonly string[]): Promise<number> {
  try {
    const options = readOptions(args);
    return options.replay === undefined ? await run(options) : replay(options.replay);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
}

async function run(options: FuzzOptions): Promise<number> {
  const script = await buildTester();
  const folder = mkdtempSync(join(fastFolder(), "lamina-fuzz-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(1));

  const corpus = makeCorpus(folder, options.seed, { oracle: true, options: true });
  const findings = createFindings(join(root, "test-results/fuzz"), options.seed);
  const { from, processes, seconds } = options;
  const began = performance.now();
  const deadline = began + seconds * 1000;
  let done = 0;
  const tell = setInterval(() => {
    const passed = (performance.now() - began) / 1000;
    console.log(`${done} cases, ${Math.round(done / passed)} a second, ${findings.count} found`);
  }, 15_000);
  await Promise.all(
    Array.from({ length: processes }, async (_, index) => {
      const own = join(folder, `process-${index}`);
      mkdirSync(own);
      await runProcess({
        script,
        deadline,
        root: own,
        order: {
          corpus,
          seed: options.seed,
          from: index === 0 ? from : (Math.floor(from / blockLength) + index) * blockLength,
          step: processes,
          to: from + options.cases,
          ...(options.format !== undefined && { format: options.format }),
        },
        onDone: (count) => {
          done += count;
        },
        onFinding: (finding) => findings.add(finding, own),
      });
    }),
  );
  clearInterval(tell);
  const passed = (performance.now() - began) / 1000;
  const result = {
    cases: done,
    seconds: Math.round(passed),
    perSecond: Math.round(done / passed),
    seed: options.seed,
    processes,
    findings: findings.kinds(),
  };
  mkdirSync(resolve(reportFile, ".."), { recursive: true });
  writeFileSync(reportFile, `${JSON.stringify(result, null, 2)}\n`);
  console.log(
    `${done} cases in ${result.seconds} s (${result.perSecond} a second), ${findings.count} found` +
      ` (seed ${options.seed}).`,
  );
  return findings.count === 0 ? 0 : 1;
}

/** Where small files are made and removed quickest: in memory, where Linux keeps a folder there. */
function fastFolder(): string {
  const shared = "/dev/shm";
  return process.platform === "linux" && existsSync(shared) ? shared : tmpdir();
}

/** Builds the process that tries the cases. */
export const buildTester = (): Promise<string> => bundle("test/fuzz/tester.ts");
