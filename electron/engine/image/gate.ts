import { ImageError } from "../errors";
import { fileStatus, namesIn, openFile, realPathOf } from "../io/file";
import { baseNameOf, folderOf, isInFolder, resolveFrom } from "../io/paths";
import type { ByteSource } from "../io/source";

/** A file that an image names: who names it, how, and in which format it must be. */
export interface Reference {
  /** What the file is to the image. */
  readonly role: "backing-file" | "data-file" | "extent";
  /** The name as written in the image. */
  readonly name: string;
  /** Path of the image that names it. */
  readonly from: string;
}

/** Decides whether a file that an image names may be opened, and opens it read only. */
export interface Gate {
  /**
   * Opens what `reference` names. Relative names resolve against the folder of `from`.
   * The caller closes the source.
   * @throws ImageError `refused` (outside the image's folder and not granted, or not a regular file),
   *   `missing-file`, `unsupported` (a protocol or json: name), `io`.
   */
  open(reference: Reference): ByteSource;
  /**
   * The absolute path that `reference` stands for, without touching it and whether or not it may be opened.
   * @throws ImageError `unsupported` for a name that is no path.
   */
  resolve(reference: Reference): string;
  /**
   * Absolute paths among which a file without a name may be looked for, without `from` itself: the files
   * that were granted, then what lies in the folder of `from` and, where all is granted, in the one above.
   * Of a folder with very many files only some are told. Each still has to pass `open`.
   * @throws ImageError `refused`, `io`.
   */
  neighbours(reference: Reference): string[];
}

const words = {
  "backing-file": "backing file",
  "data-file": "data file",
  extent: "extent",
} as const;

/** Files of one folder that a search looks at. */
const mostNeighbours = 1000;

/**
 * What may be opened outside the folder of the image that names it: the absolute path of a file, or a
 * folder with all that lies in it and deeper.
 */
export type Grant = string | { readonly folder: string };

/**
 * The gate that opens regular files in the folder of the image that names them (or below it) and,
 * elsewhere, those that `grants` allow; "all" grants any, and "none" refuses even the files of that
 * folder. A file's name has to lie in such a folder, and so has the file itself, its symbolic links
 * resolved: by links of its own a granted folder grants nothing, nor do links that lead out of it.
 */
export function createGate(grants: readonly Grant[] | "all" | "none"): Gate {
  if (grants === "none") return sealedGate;
  const listed = grants === "all" ? [] : grants;
  const granted = new Set(listed.filter((grant) => typeof grant === "string"));
  const trusted = listed.flatMap((grant) => (typeof grant === "string" ? [] : [grant.folder]));

  function open(reference: Reference): ByteSource {
    const path = resolvePath(reference);
    const allowed = grants === "all" || granted.has(path);
    const folder = folderOf(reference.from);
    // Outside, nothing is touched, not even to see whether it is there.
    if (!allowed && !isInAny([folder, ...trusted], path) && !isInFolder(realPathOf(folder), path))
      throw outside(reference, path);
    const { kind } = fileStatus(path);
    if (kind === "none") throw missing(reference, path);
    if (kind !== "file") throw notRegular(reference, path);
    const real = realPathOf(path);
    if (!allowed && !granted.has(real) && !isInAny([realPathOf(folder), ...trusted], real))
      throw outside(reference, real);
    return openFile(path);
  }

  function neighbours({ from }: Reference): string[] {
    const own = folderOf(from);
    const above = folderOf(own);
    const mayLookAbove = grants === "all" || trusted.includes(above) || isInAny(trusted, above);
    // VirtualBox keeps the images of snapshots in a folder below that of the image that they stand on.
    const folders = mayLookAbove ? [own, above] : [own];
    const beside = [...new Set(folders)].flatMap((folder) =>
      namesIn(folder, mostNeighbours).map((name) => resolveFrom(folder, name)),
    );
    const itself = resolveFrom(own, baseNameOf(from));
    return [...granted, ...beside].filter((path) => path !== itself);
  }

  return { open, resolve: resolvePath, neighbours };
}

/** The gate of a file whose format nobody declared: it opens nothing that this file names. */
export const closedGate: Gate = {
  open(reference) {
    throw undeclared(reference);
  },
  resolve: resolvePath,
  neighbours(reference) {
    throw undeclared(reference);
  },
};

function undeclared({ name, from, role }: Reference): ImageError {
  return new ImageError(
    "refused",
    `${from} names the ${words[role]} ${name}, but its own format is not declared by the image above it`,
    { file: from, hint: `Declare the format of ${from} in the image above it (rebase -u -F).` },
  );
}

/** The gate of an image that lies in another file: names in it stand for nothing on this host. */
export const sealedGate: Gate = {
  open: refuseSealed,
  resolve: refuseSealed,
  neighbours: refuseSealed,
};

function refuseSealed({ name, from, role }: Reference): never {
  throw new ImageError(
    "refused",
    `The image in ${from} names the ${words[role]} ${name}, and what is wrapped may open no other file`,
    { file: from, hint: "Unpack it first, together with the files that it names." },
  );
}

function resolvePath({ name, from }: Reference): string {
  const path = name.startsWith("file:") ? name.slice("file:".length) : name;
  const protocol = /^([^/\\:]+):/.exec(path)?.[1];
  const isDrive = /^[A-Za-z]:[/\\]/.test(path);
  if ((protocol !== undefined && !isDrive && path === name) || path.includes("\0") || path === "")
    throw new ImageError("unsupported", `'${name}' is not the name of a file`, {
      file: from,
      expected: "a path",
      found: protocol === undefined ? name : `${protocol}:`,
      hint: "Only plain files can stand under an image.",
    });
  return resolveFrom(folderOf(from), path);
}

const isInAny = (folders: readonly string[], path: string): boolean =>
  folders.some((folder) => isInFolder(folder, path));

function outside({ name, role, from }: Reference, path: string): ImageError {
  return new ImageError(
    "refused",
    `The ${words[role]} ${name} lies outside the folder of ${from}`,
    {
      file: path,
      expected: `a file in ${folderOf(from)}`,
      found: path,
      reference: { from, name, path },
      hint: "Allow this file when you trust the image (command line: --trust).",
    },
  );
}

function notRegular({ name, role }: Reference, path: string): ImageError {
  return new ImageError("refused", `The ${words[role]} ${name} is not a regular file`, {
    file: path,
    expected: "a regular file",
  });
}

function missing({ name, role, from }: Reference, path: string): ImageError {
  return new ImageError("missing-file", `The ${words[role]} ${name} of ${from} is not there`, {
    file: path,
    hint: "Move it back to where the image expects it, or point the image to where it is now.",
  });
}
