import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, release, tmpdir, totalmem } from "node:os";
import { join, resolve } from "node:path";
import { hasProgram, installSystemPackages } from "../../build/bootstrap/system-packages.mjs";
import { createInputs, seed } from "./inputs";
import { readOptions, type BenchOptions } from "./options";
import { resultOf, tableOf, type RowResult } from "./results";
import { runRounds } from "./rounds";
import { mustRun } from "./run";

const root = resolve(import.meta.dirname, "../..");
const bundle = join(root, "out/cli/lamina.cjs");
const reportFile = join(root, "test-results/bench.json");

/**
 * Measures the rows that `args` ask for, prints the table and writes the report. The answer is the
 * exit code: 0 when every row holds its bars.
 */
export async function bench(args: readonly string[]): Promise<number> {
  try {
    return await measureAll(readOptions(args));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
}

async function measureAll(options: BenchOptions): Promise<number> {
  if (process.platform !== "linux") throw new Error("The benchmark reads /proc: it needs Linux.");
  if (!hasProgram("time")) installSystemPackages(["time"]);
  const folder = mkdtempSync(join(tmpdir(), "lamina-bench-"));
  // A program that was stopped may still be at work there.
  const removal = { recursive: true, force: true, maxRetries: 9, retryDelay: 200 };
  process.on("exit", () => rmSync(folder, removal));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(1));

  const inputs = createInputs(folder, options.size);
  const results: RowResult[] = [];
  for (const row of options.rows) {
    console.log(`${row.name} …`);
    const input = await inputs.get(row.input);
    const rounds = await runRounds(row, input, { folder, bundle, rounds: options.rounds });
    results.push(resultOf(row, rounds));
  }
  console.log(`\n${tableOf(results)}\n`);
  await writeReport(options, results);
  return judge(results);
}

/** Says what the table came to; the answer is the exit code. */
function judge(results: readonly RowResult[]): number {
  const named = (verdict: RowResult["verdict"]): string =>
    results
      .filter((result) => result.verdict === verdict)
      .map(({ name }) => name)
      .join(", ");
  if (named("missed") !== "") console.log(`Over the bar: ${named("missed")}.`);
  if (named("busy") !== "")
    console.log(`Undecided, the machine was busy in every round: ${named("busy")}.`);
  return results.every(({ verdict }) => verdict === "ok") ? 0 : 1;
}

async function writeReport(options: BenchOptions, results: readonly RowResult[]): Promise<void> {
  const [oracle] = (await mustRun("qemu-img", ["--version"])).split("\n");
  const report = {
    machine: {
      cpu: cpus()[0]?.model,
      cores: cpus().length,
      memory: totalmem(),
      kernel: release(),
      node: process.version,
      qemuImg: oracle,
    },
    size: options.size,
    seed,
    results,
  };
  mkdirSync(resolve(reportFile, ".."), { recursive: true });
  writeFileSync(reportFile, `${JSON.stringify(report, null, 2)}\n`);
}
