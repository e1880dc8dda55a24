import { spawn } from "node:child_process";
import { onTestFinished } from "vitest";

/** A qemu-io that has an image open, and what ends it. */
export interface Holding {
  readonly pid: number;
  /** Lets go of the image; settles when the process has ended. */
  release(): Promise<void>;
}

/** Lets qemu-io open an image, for writing unless `readOnly`, and keep it open until the test ends. */
export async function qemuHolds(
  path: string,
  format: string,
  { readOnly = false } = {},
): Promise<Holding> {
  const args = ["-f", format, ...(readOnly ? ["-r"] : []), path];
  const child = spawn("qemu-io", args, { stdio: ["pipe", "pipe", "inherit"] });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const release = (): Promise<void> => {
    child.stdin.end();
    return ended;
  };
  onTestFinished(release);
  // It prompts when the image is open.
  await new Promise<void>((resolve, reject) => {
    child.stdout.once("data", () => resolve());
    child.once("exit", () => reject(new Error("qemu-io ended before it had opened the image")));
  });
  return { pid: child.pid ?? 0, release };
}
