import type { ChangeConsequences, Dependent } from "../../../../shared/model/change";
import { ImageError } from "../../errors";
import { emptyDisk } from "../../formats/qcow2/change/store-clusters";
import { resizeQcow2 } from "../../formats/qcow2/change/resize";
import type { DiskImage } from "../../image/disk-image";
import type { OpenRequest } from "../../image/open-image";
import { fileStatus } from "../../io/file";
import type { ByteTarget } from "../../io/source";
import type { Control } from "../control";
import { requireUnshrunk } from "../convert";
import { openChangeable, refuseChangedSnapshots, topOf } from "./chain";
import { commitTarget, snapshotsChangedByCommit, toCommit, type CommitTarget } from "./commit-plan";
import { dependentsOf } from "./dependents";
import { readPadded } from "./differing-clusters";
import { openForChange } from "./open-for-change";
import { storeInTurns, weigh } from "./store-in-turns";

/** Where an image's data goes, and what becomes of the image. */
export interface Commit {
  /** Which layer of the chain is written to, 1 (the default) being the image's own base. */
  readonly depth?: number;
  /**
   * Let go of the data that the base has then: by default where the base is the image's own. Above
   * another base the image has to keep it.
   */
  readonly empty?: boolean;
  /** Go on although snapshots, or other images that stand on the base, would read otherwise. */
  readonly force?: boolean;
  readonly control?: Control | undefined;
  /** Called before a block is copied, with its bytes; takes its time if it likes. */
  readonly pace?: ((bytes: number) => void) | undefined;
}

/**
 * Writes into a base, raw or qcow2, what the image on it changes, so that the base's disk reads as the
 * image's; a smaller base grows first, a larger one keeps what lies past the image's end.
 *
 * Until the base has all of it, on the disk, the image holds everything that it held: whatever
 * happens on the way, the image's own disk reads the same at every moment. A qcow2 base gets up to
 * 1 GiB in one change, so that it is the old one or the new one; more comes in several, and a raw
 * base is written where it is: then a crash or cancel leaves the base, read by itself, with a part
 * of the new data, and committing again completes it. Snapshots inside the base keep what they hold.
 * Before the image gives its data back, both are compared once more.
 * @throws ImageError `would-change-snapshots` (of the image, or of those between it and the base),
 *   `would-change-images` (other images beside the base stand on it), `invalid-argument`,
 *   `unsupported`, `different` when the base does not read as it must in the end, `cancelled`.
 */
export function commitImage(request: OpenRequest, commit: Commit = {}): void {
  const { depth = 1, force = false, control, pace } = commit;
  const { empty = depth === 1 } = commit;
  if (empty && depth !== 1) throw cannotEmpty(request.path);
  const { path, isRaw, size, blockSize } = withTarget(request, depth, (image, target) => {
    if (empty && topOf(image).facts.dataFile !== undefined) throw notHere(request.path);
    if (!force) {
      refuseDependents(target.layer.source.name, dependentsBeside(image, depth).others);
      refuseChangedSnapshots(snapshotsChangedByCommit(request, image, depth, control));
    }
    control?.setTotal(image.size);
    const { name } = target.layer.source;
    return { ...target, path: name, isRaw: target.layer.format !== "qcow2" };
  });
  control?.throwIfCancelled();
  // Open for change from the beginning: nobody may write to it while it is read.
  openForChange(request.path, (own) => {
    openForChange(path, (file) => {
      if (isRaw) commitIntoRaw(file, request, depth, { control, pace });
      else {
        grow(file, request, depth, size);
        storeInTurns(file, blockSize, (from, store) =>
          withTarget(request, depth, (image, target) =>
            store(
              paced(toCommit(image, target, from, control), blockSize, pace),
              committed(image, target),
              image,
            ),
          ),
        );
      }
    });
    if (!empty) return;
    withTarget(request, depth, (image, target) => {
      if (toCommit(image, target, 0).next().done !== true) throw notTheSame(path);
      requireUnshrunk(image);
    });
    control?.throwIfCancelled();
    emptyDisk(own);
  });
}

/** What `commitImage` would do. @throws ImageError as `commitImage`, but for what it refuses unforced. */
export function commitConsequences(
  request: OpenRequest,
  { depth = 1, control }: Pick<Commit, "depth" | "control"> = {},
): ChangeConsequences {
  return withTarget(request, depth, (image, target) => {
    const { layer, blockSize, size } = target;
    const { others, complete } = dependentsBeside(image, depth);
    const disk = committed(image, target);
    const numbers = toCommit(image, target, 0, control);
    return {
      writesTo: layer.source.name,
      ...weigh(layer, disk, numbers, blockSize),
      ...(size > layer.size && { grownTo: size }),
      changedSnapshots: snapshotsChangedByCommit(request, image, depth, control),
      dependents: others,
      dependentsComplete: complete,
      outdated: image.layers.slice(1, depth).map(({ source }) => source.name),
      keptSnapshots: layer.facts.snapshots.length,
      undo: "impossible",
    };
  });
}

/** Images beside the base, and beside those between, that stand on them and are not of this chain. */
export function dependentsBeside(
  { layers }: DiskImage,
  depth: number,
): { others: readonly Dependent[]; complete: boolean } {
  const own = new Set(layers.map(({ source }) => source.identity));
  const found = layers.slice(1, depth + 1).map((layer) => dependentsOf(layer.source.name, layer));
  const others = found.flatMap(({ images }) =>
    images.filter(({ path }) => !own.has(fileStatus(path).identity)),
  );
  return { others, complete: found.every(({ complete }) => complete) };
}

/** @throws ImageError `would-change-images` when there are any. */
export function refuseDependents(base: string, others: readonly Dependent[]): void {
  if (others.length === 0) return;
  const listed = others.slice(0, 5).map(({ path }) => path);
  throw new ImageError(
    "would-change-images",
    `Other images stand on ${base}: ${listed.join(", ")}`,
    {
      file: base,
      found: others.length,
      expected: "no other image on this base",
      hint: "Rebase them onto a copy of the base first, or force the change.",
    },
  );
}

const committed = (image: DiskImage, { disk, size }: CommitTarget) => ({
  size,
  read(at: number, into: Uint8Array): void {
    const own = Math.max(0, Math.min(into.length, image.size - at));
    if (own > 0) image.read(at, into.subarray(0, own));
    readPadded(disk, at + own, into.subarray(own));
  },
});

function withTarget<T>(
  request: OpenRequest,
  depth: number,
  work: (image: DiskImage, target: CommitTarget) => T,
): T {
  const image = openChangeable(request);
  try {
    return work(image, commitTarget(image, depth));
  } finally {
    image.close();
  }
}

/** A base that is too short gets the image's size; what it gets reads as zeros, as it does above it. */
function grow(file: ByteTarget, request: OpenRequest, depth: number, size: number): void {
  withTarget(request, depth, ({ layers }, { layer, disk }) => {
    if (layer.size >= size) return;
    const baseSize = layers[depth + 1]?.size ?? 0;
    resizeQcow2(file, size, { shrink: false, baseSize, read: (at, into) => disk.read(at, into) });
  });
}

/** A raw base has no tables: its bytes are written where they are, and flushed. */
function commitIntoRaw(
  file: ByteTarget,
  request: OpenRequest,
  depth: number,
  { control, pace }: Pick<Commit, "control" | "pace">,
): void {
  withTarget(request, depth, (image, target) => {
    const { blockSize } = target;
    const bytes = new Uint8Array(blockSize);
    for (const block of paced(toCommit(image, target, 0, control), blockSize, pace)) {
      const at = block * blockSize;
      const part = bytes.subarray(0, Math.min(blockSize, image.size - at));
      image.read(at, part);
      file.write(at, part);
    }
    if (file.size < image.size) file.truncate(image.size);
    file.flush();
  });
}

/** The same numbers, each when its block may be copied. */
function* paced(
  blocks: Iterable<number>,
  blockSize: number,
  pace: Commit["pace"],
): Generator<number, void, undefined> {
  for (const block of blocks) {
    pace?.(blockSize);
    yield block;
  }
}

function cannotEmpty(file: string): ImageError {
  return new ImageError(
    "invalid-argument",
    `${file} cannot be emptied: other images lie between it and the base`,
    { file, hint: "Leave it as it is (-d)." },
  );
}

function notHere(file: string): ImageError {
  return new ImageError("unsupported", `${file} keeps its data in an external file`, {
    file,
    hint: "Leave it as it is (-d).",
  });
}

function notTheSame(file: string): ImageError {
  return new ImageError("different", `${file} does not read as the image on it`, {
    file,
    hint: "Nothing is lost: the image still holds its data. Check the base, and commit again.",
  });
}
