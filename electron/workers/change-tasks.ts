import type { CallInput, CallOutput } from "../../shared/ipc/contract";
import type { ChangeConsequences, ChangeOutlook, ImageChange } from "../../shared/model/change";
import {
  amendImage,
  chainStrips,
  checkImage,
  commitConsequences,
  commitImage,
  compactConsequences,
  compactImage,
  dependentsOf,
  formatById,
  ImageError,
  lostByShrinking,
  mergeConsequences,
  mergeLayer,
  openImage,
  openTopLayer,
  punchConsequences,
  punchZeros,
  rebaseConsequences,
  rebaseImage,
  resizeImage,
  type Control,
  type OpenRequest,
  type ParentRef,
} from "../engine";
import { lookAt, nameFrom } from "./base";

/** How the image of a change is opened: `path` is that of the change. */
export type ChangeRequest = Pick<OpenRequest, "grants" | "passphrase">;

type Kind<K extends ImageChange["kind"]> = Extract<ImageChange, { kind: K }>;

/** The images beside each file of a chain that stand on it. @throws ImageError as `openImage`. */
export function chainDependents(request: OpenRequest): CallOutput<"chain.dependents"> {
  const image = openImage(request);
  try {
    return image.layers.map((layer) => {
      const path = layer.source.name;
      return { path, ...dependentsOf(path, layer) };
    });
  } finally {
    image.close();
  }
}

/** What a change would do. Nothing is written. @throws ImageError as the change itself. */
export function changeOutlook(
  { change, ...how }: { change: ImageChange } & ChangeRequest,
  control: Control,
): ChangeOutlook {
  const request = { ...how, path: change.path };
  const consequences = consequencesOf(request, change, control);
  const { size, format } = topOf(request);
  return {
    ...consequences,
    chain: chainAfter(request, change),
    size: change.kind === "resize" ? change.size : size,
    format,
    ...(change.kind === "resize" && { lost: lostByShrinking(request, change.size) }),
  };
}

/**
 * Makes a change, then checks every file that it may have written to.
 * @param written Paths of these files.
 */
export function makeChange(
  {
    change,
    force,
    written,
    ...how
  }: CallInput<"change.start"> & ChangeRequest & { written: readonly string[] },
  control: Control,
): CallOutput<"change.start"> {
  make({ ...how, path: change.path }, change, force, control);
  return { checks: written.flatMap(checkOf) };
}

function make(request: OpenRequest, change: ImageChange, force: boolean, control: Control): void {
  switch (change.kind) {
    case "flatten":
      return rebaseImage(request, { force, control });
    case "rebase":
      return rebaseImage(request, { base: newBase(change), force, control });
    case "commit":
      return commitImage(request, { depth: change.depth, empty: change.empty, force, control });
    case "merge": {
      if (change.into === "below")
        return mergeLayer(request, { depth: change.depth, force, control });
      const { above, base } = mergedUp(request, change);
      return rebaseImage(above, { base, force, control });
    }
    case "punch":
      return punchZeros(request, control);
    case "compact":
      return compactImage(request, control);
    case "resize":
      return resizeImage(request, change.size, force, change.preallocation);
    case "amend":
      return amendImage(change.path, amendmentOf(change));
  }
}

function consequencesOf(
  request: OpenRequest,
  change: ImageChange,
  control: Control,
): ChangeConsequences {
  switch (change.kind) {
    case "flatten":
      return rebaseConsequences(request, { control });
    case "rebase":
      return rebaseConsequences(request, { base: newBase(change), control });
    case "commit":
      return commitConsequences(request, { depth: change.depth, control });
    case "merge": {
      if (change.into === "below")
        return mergeConsequences(request, { depth: change.depth, control });
      const { above, base, merged } = mergedUp(request, change);
      return { ...rebaseConsequences(above, { base, control }), outdated: [merged] };
    }
    case "punch":
      return punchConsequences(request, control);
    case "compact":
      return compactConsequences(request, control);
    case "resize":
      return resizeConsequences(request, change);
    case "amend":
      return { ...nothing, writesTo: change.path };
  }
}

const nothing = {
  copied: 0,
  zeroed: 0,
  written: [],
  space: 0,
  changedSnapshots: [],
  dependents: [],
  dependentsComplete: true,
  outdated: [],
  keptSnapshots: 0,
  undo: "not-needed",
} as const;

/** Overlays keep their own size; what they read of a smaller base is gone. */
function resizeConsequences(request: OpenRequest, { path, size, preallocation }: Kind<"resize">) {
  const isTaken = preallocation === "falloc" || preallocation === "full";
  const { size: oldSize, snapshots } = topOf(request);
  const { images, complete } = dependentsOf(path);
  return {
    ...nothing,
    writesTo: path,
    ...(size > oldSize && { grownTo: size }),
    space: isTaken ? Math.max(0, size - oldSize) : 0,
    dependents: size < oldSize ? images : [],
    dependentsComplete: complete,
    keptSnapshots: snapshots,
    undo: size < oldSize ? ("impossible" as const) : ("not-needed" as const),
  };
}

function topOf(request: OpenRequest) {
  const layer = openTopLayer(request);
  try {
    const { size, format, facts } = layer;
    return { size, format: formatById(format).id, snapshots: facts.snapshots.length };
  } finally {
    layer.close();
  }
}

function newBase({ path, base }: Kind<"rebase">): ParentRef {
  lookAt(base);
  return { name: nameFrom(path, base) };
}

/** A merge into the layer above is a rebase of that layer onto the one below. */
function mergedUp(request: OpenRequest, { depth }: Kind<"merge">) {
  const image = openImage(request);
  try {
    const [upper, middle, lower] = image.layers.slice(depth - 1, depth + 2);
    if (upper === undefined || middle === undefined || lower === undefined)
      throw new ImageError("invalid-argument", `${request.path} has no such layer between others`, {
        file: request.path,
        expected: `1 to ${image.layers.length - 2}`,
        found: depth,
      });
    const { source, format } = upper;
    const below = lower.source.name;
    return {
      above: { ...request, path: source.name, format: formatById(format).id },
      base: { name: nameFrom(source.name, below) },
      merged: middle.source.name,
    };
  } finally {
    image.close();
  }
}

/** The files that the image is made of afterwards, with what they hold now. */
function chainAfter(request: OpenRequest, change: ImageChange): ChangeOutlook["chain"] {
  const layers = chainStrips(request).layers.map(({ path, holds }) => ({ path, holds }));
  switch (change.kind) {
    case "flatten":
      return layers.slice(0, 1);
    case "rebase": {
      const base = chainStrips({ path: change.base, grants: request.grants });
      return [...layers.slice(0, 1), ...base.layers.map(({ path, holds }) => ({ path, holds }))];
    }
    case "commit":
      return layers.map((layer, depth) =>
        depth === 0 && change.empty ? { ...layer, holds: [] } : layer,
      );
    case "merge":
      return layers.filter((_layer, depth) => depth !== change.depth);
    default:
      return layers;
  }
}

function amendmentOf({ version, lazyRefcounts, refcountBits }: Kind<"amend">) {
  return {
    ...(version !== undefined && {
      compat: version === "2" ? ("0.10" as const) : ("1.1" as const),
    }),
    ...(lazyRefcounts !== undefined && { lazy_refcounts: lazyRefcounts }),
    ...(refcountBits !== undefined && { refcount_bits: refcountBits }),
  };
}

/** A raw file has nothing to check. */
function checkOf(path: string): CallOutput<"change.start">["checks"] {
  try {
    const { corruptions, leaks, checkErrors } = checkImage(path);
    return [{ path, corruptions, leaks, checkErrors }];
  } catch (error) {
    if (error instanceof ImageError && error.code === "unsupported") return [];
    throw error;
  }
}
