import { writeSync } from "node:fs";
import { join } from "node:path";
import {
  addBitmap,
  compactImage,
  mergeBitmap,
  mergeLayer,
  punchZeros,
  rebaseImage,
  removeBitmap,
  repairImage,
} from "../../../../electron/engine";

// Run as a process of its own, which is killed: makes one change in the folder that it is given, and
// prints a line right before.
const [, , change = "", folder = ""] = process.argv;

const at = (name: string): string => join(folder, name);
const base = { path: at("base.qcow2"), grants: [] };
const top = { path: at("top.qcow2"), grants: [] };
const marked = at("marked.qcow2");

const changes: Record<string, () => unknown> = {
  rebase: () => rebaseImage(top, { base: { name: "base.qcow2", format: "qcow2" } }),
  flatten: () => rebaseImage(top, {}),
  merge: () => mergeLayer(top, { depth: 1 }),
  punch: () => punchZeros(base),
  compact: () => compactImage(base),
  "add a bitmap": () => addBitmap(marked, { name: "new", granularity: 65536, enabled: true }),
  "merge bitmaps": () => mergeBitmap(marked, "one", { name: "two" }),
  "remove a bitmap": () => removeBitmap(marked, "one"),
  repair: () => repairImage(at("damaged.qcow2"), "all"),
};

// Whoever kills counts from here on.
writeSync(1, "begun\n");
changes[change]!();
