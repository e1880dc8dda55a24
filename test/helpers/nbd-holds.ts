import { spawn } from "node:child_process";
import { createConnection } from "node:net";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { eventually } from "./eventually";
import type { Holding } from "./qemu-holds";
import { tempFolder } from "./temp-folder";

/** As `qemuHolds`, by a qemu-nbd that serves the image to whoever asks. */
export async function nbdHolds(
  path: string,
  format: string,
  { readOnly = false } = {},
): Promise<Holding> {
  const socket = join(tempFolder(), "nbd");
  const args = ["-t", "-k", socket, "-f", format, ...(readOnly ? ["-r"] : []), path];
  const child = spawn("qemu-nbd", args, { stdio: "ignore" });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const release = (): Promise<void> => {
    child.kill();
    return ended;
  };
  onTestFinished(release);
  await eventually(() => greeting(socket));
  return { pid: child.pid ?? 0, release };
}

/** Settles when the server speaks first, as it does once it has the image open. */
function greeting(socket: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const connection = createConnection(socket);
    connection.once("error", reject);
    connection.once("data", () => {
      connection.destroy();
      resolve();
    });
  });
}
