#!/usr/bin/env node
// What electron-builder asks of fpm for a .deb or .rpm, done with dpkg-deb or rpmbuild: fpm itself is
// a Ruby program that would have to be downloaded. Called as fpm is; see its manual for the words.

import { execFileSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const { options, lists, files } = readArguments(process.argv.slice(2));
const work = mkdtempSync(join(tmpdir(), "lamina-package-"));
try {
  const tree = join(work, "tree");
  for (const [from, to] of files) place(from, join(tree, to));
  const type = option("t");
  if (type === "deb") makeDeb(tree);
  else if (type === "rpm") makeRpm(tree);
  else throw new Error(`fpm-lite makes deb and rpm, not ${type}`);
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** @param {string[]} words */
function readArguments(words) {
  /** @type {Map<string, string>} */
  const single = new Map();
  /** @type {Map<string, string[]>} */
  const several = new Map();
  /** @type {[string, string][]} */
  const mappings = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    if (word === "--force") continue;
    if (word.startsWith("-")) {
      const value = words[++at] ?? "";
      const name = word.replace(/^-+/, "");
      single.set(name, value);
      several.set(name, [...(several.get(name) ?? []), value]);
    } else {
      const equals = word.lastIndexOf("=");
      mappings.push([word.slice(0, equals), word.slice(equals + 1)]);
    }
  }
  return { options: single, lists: several, files: mappings };
}

/** @param {string} name */
function option(name) {
  const value = options.get(name);
  if (value === undefined) throw new Error(`fpm-lite needs --${name}`);
  return value;
}

/** @param {string} name */
function every(name) {
  return lists.get(name) ?? [];
}

/**
 * @param {string} from a file, or a folder whose contents are meant (it ends in a slash)
 * @param {string} to
 */
function place(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
}

/** The description as lines: the first one is a summary. */
function descriptionLines() {
  return option("description")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

/** @param {string} tree */
function makeDeb(tree) {
  const kib = Number(
    execFileSync("du", ["-sk", "--apparent-size", tree], { encoding: "utf8" }).split("\t")[0],
  );
  const [summary = "", ...rest] = descriptionLines();
  const fields = [
    ["Package", option("name")],
    ["Version", option("version")],
    ["Architecture", option("architecture")],
    ["Maintainer", option("maintainer")],
    ["Installed-Size", String(kib)],
    ["Depends", every("d").join(", ")],
    ["Recommends", every("deb-recommends").join(", ")],
    ["Section", option("category")],
    ["Priority", option("deb-priority")],
    ["Homepage", options.get("url") ?? ""],
    ["Description", [summary, ...rest.map((line) => ` ${line}`)].join("\n")],
  ];
  const control = join(tree, "DEBIAN");
  mkdirSync(control);
  const text = fields.filter(([, value]) => value !== "").map((field) => field.join(": "));
  writeFileSync(join(control, "control"), `${text.join("\n")}\n`);
  for (const [word, name] of [
    ["after-install", "postinst"],
    ["after-remove", "postrm"],
  ]) {
    writeFileSync(join(control, name ?? ""), readFileSync(option(word ?? "")));
    chmodSync(join(control, name ?? ""), 0o755);
  }
  openPaths(tree);
  const method = option("deb-compression") === "gz" ? ["-Zgzip", "-z1"] : ["-Zxz"];
  execFileSync("dpkg-deb", ["--root-owner-group", ...method, "--build", tree, option("package")]);
}

/** @param {string} tree */
function makeRpm(tree) {
  openPaths(tree);
  const payload = option("rpm-compression") === "gzip" ? "w1.gzdio" : "w6.xzdio";
  const spec = [
    `%global __os_install_post %{nil}`,
    `%global _build_id_links none`,
    `%global debug_package %{nil}`,
    `%global _binary_payload ${payload}`,
    `Name: ${option("name")}`,
    `Version: ${option("version")}`,
    "Release: 1",
    `Summary: ${option("rpm-summary")}`,
    `License: ${option("license")}`,
    `Group: ${option("category")}`,
    `Vendor: ${option("vendor")}`,
    `URL: ${option("url")}`,
    // The program brings libraries of its own that no other package shall be given.
    "AutoReqProv: no",
    ...every("d").map((name) => `Requires: ${name}`),
    "%description",
    ...descriptionLines(),
    "%post",
    readFileSync(option("after-install"), "utf8"),
    "%postun",
    readFileSync(option("after-remove"), "utf8"),
    "%files",
    ...listed(tree),
  ];
  const specFile = join(work, "package.spec");
  writeFileSync(specFile, `${spec.join("\n")}\n`);
  const out = join(work, "out");
  const defines = [`_topdir ${work}/rpm`, `_rpmdir ${out}`, "_rpmfilename package.rpm"];
  const args = defines.flatMap((define) => ["--define", define]);
  const target = option("architecture") === "amd64" ? "x86_64" : option("architecture");
  execFileSync(
    "rpmbuild",
    ["-bb", "--quiet", "--target", `${target}-linux`, "--buildroot", tree, ...args, specFile],
    {
      stdio: ["ignore", "ignore", "inherit"],
    },
  );
  rmSync(option("package"), { force: true });
  move(join(out, "package.rpm"), option("package"));
}

/**
 * What the rpm holds: every file, and the folders that are its own.
 *
 * @param {string} tree
 * @returns {string[]} lines for %files
 */
function listed(tree) {
  const lines = ["%defattr(-,root,root,-)"];
  for (const entry of readdirSync(tree, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name).slice(tree.length);
    if (!entry.isDirectory()) lines.push(`"${path}"`);
    else if (/^\/opt\/[^/]+/.test(path) || /^\/usr\/share\/doc\/[^/]+/.test(path))
      lines.push(`%dir "${path}"`);
  }
  return lines;
}

/**
 * Readable by everyone, writable by root only, whatever the umask of who builds.
 *
 * @param {string} tree
 */
function openPaths(tree) {
  chmodSync(tree, 0o755);
  for (const entry of readdirSync(tree, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isSymbolicLink()) continue;
    chmodSync(path, entry.isDirectory() || (lstatSync(path).mode & 0o100) !== 0 ? 0o755 : 0o644);
  }
}

/**
 * @param {string} from
 * @param {string} to may be on another file system
 */
function move(from, to) {
  try {
    renameSync(from, to);
  } catch {
    cpSync(from, to);
  }
}
