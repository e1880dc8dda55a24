import { execFile } from "node:child_process";
import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";

/** The command line as users run it, built before the tests. */
export const bundle = resolve(import.meta.dirname, "../../out/cli/lamina.cjs");

/** How a program ended and what it wrote. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Processes at a time. */
const atOnce = 3;

/** Runs a program; both see the same local time. */
export function run(program: string, args: readonly string[], cwd: string): Promise<Outcome> {
  const env = { ...process.env, TZ: "Asia/Kathmandu" };
  return new Promise((done, fail) => {
    const child = execFile(
      program,
      args,
      { cwd, env, encoding: "utf8", timeout: 150_000, maxBuffer: 2 ** 26 },
      (error, stdout, stderr) => {
        if (error && child.exitCode === null) fail(error);
        else done({ code: child.exitCode, stdout, stderr });
      },
    );
  });
}

/**
 * A link to the bundle under qemu-img's name, so that even the program's name in messages is the same.
 * @param folder Where to put it; it is made when it is not there.
 */
export function linkAsQemuImg(folder: string): string {
  const link = join(folder, "qemu-img");
  mkdirSync(folder, { recursive: true });
  if (!existsSync(link)) symlinkSync(bundle, link);
  return link;
}

/** Words of a command line; quotes group, as in a shell without anything else of it. */
export function words(line: string): string[] {
  return Array.from(line.matchAll(/'([^']*)'|[^\s']+/g), (match) => match[1] ?? match[0]);
}

/** Runs `each` on every item, a few at a time, in order of their start. */
export async function forEach<T>(
  items: readonly T[],
  each: (item: T) => Promise<void>,
): Promise<void> {
  const left = items.values();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const item of left) await each(item);
    }),
  );
}
