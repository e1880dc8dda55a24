import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Finding } from "./finding";
import { keepFiles } from "./keep-files";
import { keptFolder } from "./protocol";

/** What was found so far: the first of each kind is kept. */
export interface Findings {
  readonly count: number;
  /** @param root The process's folder, in which the image still lies. */
  add(found: Finding, root: string): void;
  /** Each kind, and how often it came. */
  kinds(): { readonly what: string; readonly times: number; readonly first: number }[];
}

/** Files of more kinds than this are not kept. */
const mostKept = 100;

/** Keeps findings below `folder`, each in a folder with its image; what earlier runs left goes. */
export function createFindings(folder: string, seed: number): Findings {
  rmSync(folder, { recursive: true, force: true });
  const byKind = new Map<string, { what: string; times: number; first: number }>();
  return {
    get count() {
      return byKind.size;
    },
    add(found, root) {
      const kind = kindOf(found.what);
      const known = byKind.get(kind);
      if (known) {
        known.times += 1;
        return;
      }
      byKind.set(kind, { what: found.what, times: 1, first: found.number });
      console.log(`case ${found.number} (${found.image}): ${found.what}`);
      if (byKind.size <= mostKept) keep(join(folder, String(found.number)), found, root, seed);
    },
    kinds: () => [...byKind.values()],
  };
}

/** The first lines without what differs from one image to the next. */
function kindOf(what: string): string {
  const [message = "", first = ""] = what.split("\n");
  return `${message} ${first}`
    .replace(/\d+/g, "0")
    .replace(/\/tmp\/\S+/g, "")
    .slice(0, 300);
}

function keep(folder: string, found: Finding, root: string, seed: number): void {
  mkdirSync(folder, { recursive: true });
  const about = {
    ...found,
    seed,
    again: [
      `npm run fuzz -- --seed ${seed} --from ${found.number} --cases 1 --processes 1`,
      `npm run fuzz -- --replay ${folder}`,
    ],
  };
  writeFileSync(join(folder, "finding.json"), `${JSON.stringify(about, null, 2)}\n`);
  // A process that had to be stopped has left the image where it was tried.
  const kept = join(root, keptFolder(found.number));
  const image = existsSync(kept) ? kept : join(root, "work/case");
  if (existsSync(image)) keepFiles(image, join(folder, "image"));
}
