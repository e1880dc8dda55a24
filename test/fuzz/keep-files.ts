import {
  closeSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  readdirSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";

/** A file may have grown by a hole of terabytes: what comes behind this many bytes is taken for one. */
const mostCopied = 2 ** 24;

/** Copies the regular files of a folder into another one, which it makes. */
export function keepFiles(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) {
    const stat = lstatSync(join(from, name));
    if (!stat.isFile()) continue;
    const bytes = Buffer.alloc(Math.min(stat.size, mostCopied));
    const source = openSync(join(from, name), "r");
    readSync(source, bytes, 0, bytes.length, 0);
    closeSync(source);
    const target = openSync(join(to, name), "w");
    writeSync(target, bytes);
    ftruncateSync(target, stat.size);
    closeSync(target);
  }
}
