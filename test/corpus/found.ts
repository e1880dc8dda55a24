import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";

const corpus = resolve(import.meta.dirname, "../../../shared/corpus");
const archive = join(corpus, "found.tar.zst");

/** One image that others made, as found.tsv lists it. */
export interface FoundImage {
  readonly path: string;
  /** The format, and in brackets what lies in a raw one. */
  readonly format: string;
  /** SHA-256 of the guest's bytes; see `guestHash`. "ERR" or "-" when qemu-img could not say. */
  readonly guestHash: string;
}

/** Why there are no such images here; absent when there are. */
export function foundIsMissing(): string | undefined {
  if (!existsSync(archive)) return "no corpus beside the checkout";
  if (spawnSync("zstd", ["--version"]).error) return "zstd not installed";
  return undefined;
}

/** Unpacks the images once for each version of the archive, and lists them. */
export function foundImages(): (FoundImage & { file: string })[] {
  const folder = unpacked();
  return readFileSync(join(corpus, "found.tsv"), "utf8")
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => {
      const [path = "", , format = "", , guestHash = ""] = line.split("\t");
      return { path, format, guestHash, file: join(folder, path.replace(/#.*/, "")) };
    });
}

function unpacked(): string {
  const version = createHash("sha256").update(readFileSync(archive)).digest("hex").slice(0, 16);
  const cache = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
  const folder = join(cache, "lamina", `found-${version}`);
  if (existsSync(folder)) return folder;
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  const args = ["-S", "-I", "zstd", "-xf", archive, "-C", partial];
  const { status, stderr } = spawnSync("tar", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`tar ended with ${status}\n${stderr}`);
  mkdirSync(dirname(folder), { recursive: true });
  renameSync(partial, folder);
  return folder;
}
