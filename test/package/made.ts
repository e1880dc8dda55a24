import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");
const packages = join(root, "dist/packages");

const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  version: string;
};

/** What `npm run package` makes on this system. */
export const made = {
  /** The program's folder, as every package holds it. */
  program: join(
    packages,
    { darwin: "mac-universal/Lamina.app", win32: "win-unpacked" }[process.platform as string] ??
      "linux-unpacked",
  ),
  deb: join(packages, `lamina_${version}_amd64.deb`),
  rpm: join(packages, `lamina-${version}.x86_64.rpm`),
  tarball: join(packages, `lamina-${version}.tar.gz`),
  version,
};

/** The executable and the resources inside the program's folder. */
export const inside = {
  executable: join(
    made.program,
    { darwin: "Contents/MacOS/Lamina", win32: "Lamina.exe" }[process.platform as string] ??
      "lamina",
  ),
  resources: join(made.program, process.platform === "darwin" ? "Contents/Resources" : "resources"),
};

/** Runs a program; its output without the last line's end. @throws when it fails, with its output */
export function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): string {
  return execFileSync(program, args, {
    encoding: "utf8",
    maxBuffer: 64 * 1024 ** 2,
    env: { ...process.env, LC_ALL: "C.UTF-8", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  }).trimEnd();
}

/** Paths of the files in the deb, from the root on; folders end in a slash. */
export function debFiles(): string[] {
  return run("dpkg-deb", ["--contents", made.deb])
    .split("\n")
    .map((line) => /\s\.(\/.*?)(?: -> .*)?$/.exec(line)?.[1] ?? line);
}
