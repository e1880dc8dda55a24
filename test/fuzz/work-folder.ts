import { spawnSync } from "node:child_process";
import {
  closeSync,
  copyFileSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  futimesSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import type { SeedImage } from "./corpus";
import type { Draft } from "./draft";
import { traps } from "./names";

/** A time that files have which nobody has written to since. */
const untouched = 1_000_000_000;

/** Where one seed image after the other lies while it is tried. */
export interface WorkFolder {
  /** The image's own folder. */
  readonly folder: string;
  readonly targets: string;
  /** Path of the image. */
  readonly path: string;
  /** Writes what the draft has changed. */
  write(draft: Draft): void;
  /** Names of files that were written to since, made or removed. */
  touched(): string[];
  /** Writes the image's own bytes again where the draft has changed them; `write` comes next. */
  restore(draft: Draft, image: Uint8Array): void;
  /** Closes the image, which stays open for `write` and `restore`. */
  close(): void;
}

/** Makes `root` hold the seed image, traps beside it, and a secret outside its folder. */
export function createWorkFolder(root: string, seed: SeedImage): WorkFolder {
  rmSync(root, { recursive: true, force: true });
  const folder = join(root, "case");
  const targets = join(root, "targets");
  for (const each of [folder, targets, join(root, "outside")]) mkdirSync(each, { recursive: true });
  writeFileSync(join(root, "outside/secret.img"), Buffer.alloc(65536, 0x5e));
  for (const name of readdirSync(seed.folder)) {
    if (name === seed.file) writeSparse(join(folder, name), readFileSync(join(seed.folder, name)));
    else copyFileSync(join(seed.folder, name), join(folder, name));
    utimesSync(join(folder, name), untouched, untouched);
  }
  if (!existsSync(join(folder, traps.link)))
    symlinkSync("../outside/secret.img", join(folder, traps.link));
  linkPipe(root, join(folder, traps.pipe));
  const names = readdirSync(folder);
  const path = join(folder, seed.file);
  const fd = openSync(path, "r+");
  let size = fstatSync(fd).size;

  return {
    folder,
    targets,
    path,
    write(draft) {
      for (const { at, length } of draft.changed) {
        const part = draft.bytes.subarray(at, Math.min(at + length, draft.length));
        if (part.length > 0) writeSync(fd, part, 0, part.length, at);
      }
      ftruncateSync(fd, draft.length);
      size = draft.length;
      futimesSync(fd, untouched, untouched);
    },
    touched() {
      const now = readdirSync(folder);
      const files = names.filter((name) => !Object.values<string>(traps).includes(name));
      return [
        ...now.filter((name) => !names.includes(name)).map((name) => `${name} (new)`),
        ...files.filter((name) => !now.includes(name)).map((name) => `${name} (gone)`),
        ...files.filter((name) => now.includes(name) && wasWritten(join(folder, name))),
        ...(statSync(path).size === size ? [] : [`${seed.file} (length)`]),
      ];
    },
    restore(draft, image) {
      const end = Math.min(draft.length, image.length);
      ftruncateSync(fd, end);
      for (const { at, length } of draft.changed)
        writeSync(fd, image, at, Math.min(length, image.length - at), at);
      if (end < image.length) writeBlocks(fd, image, end);
      ftruncateSync(fd, image.length);
      size = image.length;
    },
    close: () => closeSync(fd),
  };
}

/** Gives the pipe of this process another name, which takes no program. */
function linkPipe(root: string, path: string): void {
  const pipe = `${root}.pipe`;
  if (!existsSync(pipe) && spawnSync("mkfifo", [pipe]).status !== 0) return;
  if (!existsSync(path)) linkSync(pipe, path);
}

const wasWritten = (path: string): boolean => statSync(path).mtimeMs !== untouched * 1000;

function writeSparse(path: string, bytes: Uint8Array): void {
  const fd = openSync(path, "w");
  writeBlocks(fd, bytes, 0);
  ftruncateSync(fd, bytes.length);
  closeSync(fd);
}

const blockSize = 65536;
const zeros = Buffer.alloc(blockSize);

/** Writes the bytes from `from` on that are not zero. */
function writeBlocks(fd: number, bytes: Uint8Array, from: number): void {
  for (let at = from; at < bytes.length; at += blockSize) {
    const block = Buffer.from(bytes.buffer, bytes.byteOffset + at).subarray(
      0,
      Math.min(blockSize, bytes.length - at),
    );
    if (!block.equals(zeros.subarray(0, block.length))) writeSync(fd, block, 0, block.length, at);
  }
}
