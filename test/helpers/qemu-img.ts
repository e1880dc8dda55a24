import { spawnSync } from "node:child_process";
import { describe } from "vitest";

/** What a run of an oracle came to. */
export interface OracleRun {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Longest run of an oracle in ms; the tests' images are small, but the machine may be slow. */
const longest = 150_000;

/** Runs qemu-img or qemu-io and tells how it ended, well or not. */
export function runOracle(tool: "qemu-img" | "qemu-io", args: readonly string[], cwd?: string) {
  const { status, stdout, stderr, error } = spawnSync(tool, args, {
    cwd,
    encoding: "utf8",
    timeout: longest,
    maxBuffer: 2 ** 28,
  });
  if (error) throw error;
  return { status, stdout, stderr } satisfies OracleRun;
}

/** qemu-img times a key for LUKS, and some machines let it only now and then. */
const mostTries = 20;

function must(tool: "qemu-img" | "qemu-io", args: readonly string[], cwd?: string): string {
  let outcome = runOracle(tool, args, cwd);
  for (let tries = 1; tries < mostTries && /CPU usage/.test(outcome.stderr); tries += 1)
    outcome = runOracle(tool, args, cwd);
  const { status, stdout, stderr } = outcome;
  if (status === 0) return stdout;
  throw new Error(`${tool} ${args.join(" ")}\nended with ${status}\n${stdout}${stderr}`);
}

/** Runs qemu-img, which must succeed; the answer is what it printed. */
export function qemuImg(args: readonly string[], cwd?: string): string {
  return must("qemu-img", args, cwd);
}

/** Runs qemu-io's commands on an image, all of which must succeed. */
export function qemuIo(image: string, format: string, commands: readonly string[]): string {
  const args = ["-f", format, ...commands.flatMap((command) => ["-c", command]), image];
  const printed = must("qemu-io", args);
  // qemu-io ends well even when a write has failed.
  if (/failed|error/i.test(printed)) throw new Error(`qemu-io ${args.join(" ")}\n${printed}`);
  return printed;
}

/** The parsed answer of a qemu-img command with `--output=json`. */
export function qemuJson<T>(args: readonly string[], cwd?: string): T {
  return JSON.parse(qemuImg([...args, "--output=json"], cwd)) as T;
}

/** Fails with qemu-img's words unless it calls both images identical. */
export function mustBeIdentical(a: string, b: string, formatA: string, formatB: string): void {
  qemuImg(["compare", "-f", formatA, "-F", formatB, a, b]);
}

const missing = ["qemu-img", "qemu-io"].filter(
  (tool) => spawnSync(tool, ["--version"]).error !== undefined,
);

/** A suite that needs the oracle; it is skipped, and its name says why, where the oracle is missing. */
export function describeWithQemu(name: string, suite: () => void): void {
  if (missing.length === 0) describe(name, suite);
  else describe.skip(`${name} (skipped: ${missing.join(" and ")} not installed)`, suite);
}
