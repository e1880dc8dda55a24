import { posix } from "node:path";
import type { Import } from "./imports";

interface Layer {
  /** Which files it is made of: paths from the project's root. */
  readonly files: RegExp;
  /**
   * What it may load: patterns of files without extension, of Node's modules as `node:…` and of
   * packages as `npm:…`. `$1` is the first group of `files`.
   */
  readonly loads: readonly string[];
  /** What it may take types from besides. */
  readonly types?: readonly string[];
}

// Files directly in electron/: these touch Electron, every other one is plain Node.
const shell = "launch|main|serve-window|window|menu|dialogs|preload|protocol|open-files";
const plain = `electron/(?!(?:${shell})$)[^/]+`;
const middle = ["node:.*", "npm:zod", "electron/engine(/index)?", "shared/.*", plain];
const anyPackage = "npm:(?!electron$).*";

/** Who may import whom. The first layer whose pattern matches a file is its own. */
const layers: readonly Layer[] = [
  { files: /^shared\//, loads: ["npm:zod", "shared/.*"] },

  {
    files: /^electron\/engine\/formats\/([^/]+)\//,
    loads: [
      "electron/engine/formats/($1/.*|format|findings|details|chosen-option|preallocation|header-error)",
      "electron/engine/(io|codec)/.*",
      "electron/engine/errors",
      "electron/engine/image/(layer|run-columns|writer)",
    ],
    types: ["shared/model/.*"],
  },
  {
    files: /^electron\/engine\/wrappings\//,
    loads: [
      "electron/engine/(wrappings|io|codec)/.*",
      "electron/engine/errors",
      "electron/engine/formats/registry",
    ],
    types: ["shared/model/.*"],
  },
  {
    files: /^electron\/engine\/codec\/compression\./,
    loads: ["electron/engine/.*", "node:.*", "npm:pako"],
    types: ["shared/model/.*"],
  },
  { files: /^electron\/engine\/codec\/gunzip\./, loads: ["electron/engine/.*", "npm:pako"] },
  {
    files: /^electron\/engine\/codec\/zstd\./,
    loads: ["electron/engine/.*", "node:zlib"],
    types: ["shared/model/.*"],
  },
  {
    files: /^electron\/engine\/codec\/(?:cipher|node-crypto)\./,
    loads: ["electron/engine/.*"],
    types: ["shared/model/.*", "node:crypto"],
  },
  {
    files: /^electron\/engine\/io\/(?:file|paths|host-processes|share-mode)\./,
    loads: ["electron/engine/.*", "node:.*"],
    types: ["shared/model/.*"],
  },
  {
    files: /^electron\/engine\/io\/native\./,
    loads: ["electron/engine/.*", "node:.*", "npm:koffi"],
    types: ["shared/model/.*"],
  },
  {
    files: /^electron\/engine\//,
    loads: ["electron/engine/.*"],
    types: ["shared/model/.*"],
  },

  // A worker is started by the job queue and keeps to its types.
  {
    files: /^electron\/workers\//,
    loads: [...middle, "electron/workers/.*"],
    types: ["electron/jobs/.*"],
  },
  { files: /^electron\/jobs\//, loads: [...middle, "electron/(jobs|workers)/.*"] },
  {
    files: /^electron\/handlers\//,
    loads: [...middle, "electron/(handlers|jobs|workers)/.*"],
    types: ["electron/ipc/dispatch"],
  },
  { files: /^electron\/cli\//, loads: [...middle, "electron/(cli|jobs|workers)/.*"] },
  {
    files: /^electron\/ipc\/(?!bind\.)/,
    loads: [...middle, "electron/ipc/(?!bind$).*", "electron/handlers/.*"],
  },
  // The preload script stays small: no schema, so no zod, reaches the page.
  {
    files: /^electron\/preload\./,
    loads: ["npm:electron", "shared/ipc/channels"],
    types: ["shared/.*"],
  },
  {
    files: new RegExp(`^electron/(ipc/bind|${shell})\\.`),
    loads: [
      ...middle,
      "npm:electron",
      "electron/(handlers|jobs|workers|ipc)/.*",
      `electron/(?!preload$)(${shell})`,
    ],
  },
  { files: /^electron\/main-texts\./, loads: ["electron/text/.*"], types: ["shared/.*"] },
  { files: /^electron\/[^/]+$/, loads: middle },

  {
    files: /^renderer\/ui\//,
    loads: [anyPackage, "renderer/(ui|style|text)/.*"],
    types: ["shared/.*"],
  },
  {
    files: /^renderer\/(style|text)\//,
    loads: [anyPackage, "renderer/(style|text)/.*", "shared/.*"],
  },
  { files: /^renderer\/api\//, loads: [anyPackage, "renderer/api/.*", "shared/.*"] },
  { files: /^renderer\/state\//, loads: [anyPackage, "renderer/(state|api)/.*", "shared/.*"] },
  {
    files: /^renderer\/features\/([^/]+)\//,
    loads: [
      anyPackage,
      "renderer/features/$1/.*",
      "renderer/(ui|state|api|style|text)/.*",
      "shared/.*",
    ],
  },
  { files: /^renderer\/[^/]+$/, loads: [anyPackage, "renderer/.*", "shared/.*"] },

  { files: /^(test|build)\//, loads: [".*"] },
];

/**
 * Holds one import against the table.
 *
 * @param from the importing file, its path from the project's root
 * @returns undefined when it is allowed, else why not
 */
export function objection(from: string, { specifier, typeOnly }: Import): string | undefined {
  const layer = layers.find(({ files }) => files.test(from));
  if (layer === undefined) return `${from} belongs to no layer of test/build/layer-table.ts`;

  const name = target(from, specifier);
  const allowed = [...layer.loads, ...(typeOnly ? (layer.types ?? []) : [])];
  const match = layer.files.exec(from);
  const fits = allowed.some((pattern) =>
    new RegExp(`^(?:${pattern.replace("$1", match?.[1] ?? "")})$`).test(name),
  );
  if (fits) return undefined;
  return `${name} may not be ${typeOnly ? "used" : "loaded"} here, only ${allowed.join(", ")}`;
}

function target(from: string, specifier: string): string {
  if (specifier.startsWith(".")) return posix.join(posix.dirname(from), specifier);
  return specifier.startsWith("node:") ? specifier : `npm:${specifier}`;
}
