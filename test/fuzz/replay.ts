import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { random } from "../helpers/seed";
import { exercise, Misbehaviour } from "./exercise";
import { findingSchema } from "./finding";

/** Puts the image of a kept finding through the engine once more. The answer is the exit code. */
export function replay(folder: string): number {
  const { file, format, passphrase, number } = findingSchema.parse(
    JSON.parse(readFileSync(join(folder, "finding.json"), "utf8")),
  );
  const targets = mkdtempSync(join(tmpdir(), "lamina-fuzz-"));
  const request = {
    path: join(folder, "image", file),
    grants: [],
    ...(format !== undefined && { format }),
    ...(passphrase !== undefined && { passphrase }),
  };
  const began = process.cpuUsage();
  try {
    exercise({ request, targets }, random(number));
  } catch (error) {
    if (!(error instanceof Misbehaviour)) throw error;
    console.log(error.message);
    return 1;
  } finally {
    rmSync(targets, { recursive: true, force: true });
  }
  const { user, system } = process.cpuUsage(began);
  const memory = process.resourceUsage().maxRSS / 1024;
  console.log(
    `Nothing found; ${Math.round((user + system) / 1000)} ms, ${Math.round(memory)} MiB.`,
  );
  return 0;
}
