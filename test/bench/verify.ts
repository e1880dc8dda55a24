import { readFileSync, statSync } from "node:fs";
import type { Made } from "./rows";
import { mustRun } from "./run";

/** Lamina's file may take this much more space on the host than qemu-img's. */
const mostSpace = 1.02;

/** The guest sees the same, qemu-img finds no fault, and the file is as sparse as qemu-img's. */
export async function checkConverted(
  { input, lamina, other }: Made,
  inputFormat: string,
  format: string,
): Promise<void> {
  await mustRun("qemu-img", ["compare", "-f", inputFormat, "-F", format, input, lamina]);
  if (format === "qcow2") await mustRun("qemu-img", ["check", "-f", format, lamina]);
  const [ours, theirs] = [lamina, other].map((path) => statSync(path).blocks * 512);
  if ((ours ?? 0) <= (theirs ?? 0) * mostSpace) return;
  throw new Error(`${lamina} takes ${ours} bytes on the host, qemu-img's ${theirs}`);
}

/** Both copies are sound, read the same and have the same snapshots. */
export async function checkChanged({ lamina, other }: Made): Promise<void> {
  await mustRun("qemu-img", ["check", "-f", "qcow2", lamina]);
  await mustRun("qemu-img", ["compare", "-f", "qcow2", "-F", "qcow2", lamina, other]);
  const [ours, theirs] = await Promise.all(
    [lamina, other].map((path) => mustRun("qemu-img", ["snapshot", "-l", path])),
  );
  if (ours !== theirs) throw new Error(`${lamina} has other snapshots than ${other}`);
}

/** Both programs printed the same. */
export async function checkSameText({ lamina, other }: Made): Promise<void> {
  if (readFileSync(lamina).equals(readFileSync(other))) return;
  throw new Error(`${lamina} and ${other} differ`);
}

/** What Lamina printed of the image agrees with what qemu-img prints of it. */
export async function checkInfo({ input, lamina }: Made): Promise<void> {
  const ours = keyFacts(readFileSync(lamina, "utf8"));
  const theirs = keyFacts(await mustRun("qemu-img", ["info", "--output=json", input]));
  if (ours !== theirs) throw new Error(`info of ${input} says ${ours}, qemu-img ${theirs}`);
}

function keyFacts(json: string): string {
  const facts = JSON.parse(json) as Record<string, unknown>;
  return JSON.stringify([facts["format"], facts["virtual-size"], facts["actual-size"]]);
}
