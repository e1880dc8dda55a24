import { constants, copyFileSync, renameSync, rmSync } from "node:fs";
import { lookAt, nameFrom } from "./base";
import { changeOutlook, chainDependents, makeChange } from "./change-tasks";
import {
  applySnapshot,
  chainStrips,
  changedRanges,
  checkImage,
  createImage,
  createMapper,
  createSnapshot,
  domainsOf,
  deleteSnapshots,
  freedBy,
  fileStatus,
  findBytes,
  ImageError,
  measureNew,
  openImage,
  readBytes,
  readSpeed,
  rebaseUnsafe,
  renameSnapshot,
  repairImage,
  snapshotTree,
  toFailure,
  usersOf,
  type CellsQuestion,
  type Control,
  type FindRequest,
  type OpenRequest,
  type ParentRef,
  type ReadRequest,
  type PlaceQuestion,
  type SnapshotTreeRequest,
  type SpeedRequest,
} from "../engine";
import type { CallInput, CallOutput } from "../../shared/ipc/contract";
import type { DomainsRequest } from "../../shared/model/domains";
import { makeSampleFolder } from "./sample-folder";
import { scanFolder, type ScanRequest } from "../library-scan";

/** Of the thread: what it found out for one question about a map serves the next. */
const mapper = createMapper();

/** What is done with one image in a thread of its own, by the name of the call. */
export const imageTasks = {
  "chain.dependents": chainDependents,
  "change.outlook": changeOutlook,
  "change.make": makeChange,
  "snapshots.tree": (request: SnapshotTreeRequest, control: Control) =>
    snapshotTree(request, control),
  "snapshots.compare": ({ path, a, b }: CallInput<"snapshots.compare">, control: Control) =>
    changedRanges({ path }, a, b, control),
  "snapshots.freed": ({ path, indices }: CallInput<"snapshots.freed">) => ({
    bytes: freedBy(path, indices),
  }),
  "snapshots.create": ({ path, name }: CallInput<"snapshots.create">) => ({
    id: createSnapshot(path, { name, ...now() }),
  }),
  "snapshots.apply": ({ path, index, keepAs }: CallInput<"snapshots.apply">) => {
    // A new snapshot goes to the table's end: the others keep their places.
    if (keepAs !== undefined) createSnapshot(path, { name: keepAs, ...now() });
    applySnapshot(path, index);
  },
  "snapshots.delete": ({ path, indices }: CallInput<"snapshots.delete">) =>
    deleteSnapshots(path, indices),
  "snapshots.rename": ({ path, index, name }: CallInput<"snapshots.rename">) =>
    renameSnapshot(path, index, name),
  "health.check": ({ path }: CallInput<"health.check">) => checkImage(path),
  "health.repair": ({ path, mode, copyTo }: CallInput<"health.repair">) =>
    copyTo === undefined ? repairImage(path, mode) : repairCopy(path, copyTo, mode),
  "chain.strips": (request: OpenRequest) => chainStrips(request),
  "map.cells": (question: CellsQuestion, control: Control) => mapper.cells(question, control),
  "map.place": (question: PlaceQuestion, control: Control) => mapper.place(question, control),
  "chain.createOverlay": createOverlay,
  "chain.pointTo": pointTo,
  "create.measure": measureEach,
  "image.users": ({ path, bases }: CallInput<"image.users">) => ({ users: usersOf(path, bases) }),
  "image.domains": ({ image, folders }: { image: DomainsRequest; folders: readonly string[] }) =>
    domainsOf(image, folders),
  "samples.make": ({ parent, mark }: { parent: string; mark: string }, control: Control) =>
    makeSampleFolder(parent, mark, control),
  "bytes.read": (request: ReadRequest) => readBytes(request),
  "bytes.find": (request: FindRequest, control: Control) => {
    const at = findBytes(request, control);
    return at === undefined ? {} : { at };
  },
  "speed.measure": (request: SpeedRequest, control: Control) => readSpeed(request, control),
  "library.scan": (request: ScanRequest) => scanFolder(request),
} as const;

/** What a new image is measured for. */
type NewImages = Pick<CallInput<"create.measure">, "format" | "size" | "options"> & {
  readonly backing?: ParentRef;
};

/** What each set of options takes; one that cannot be keeps no other from being told. */
function measureEach({ format, size, options, backing }: NewImages): CallOutput<"create.measure"> {
  return options.map((one) => {
    try {
      return { size: measureNew(format, { size, options: one, ...(backing && { backing }) }) };
    } catch (error) {
      return { failure: toFailure(error) };
    }
  });
}

function now(): { dateSeconds: number; dateNanoseconds: number } {
  const ms = Date.now();
  return { dateSeconds: Math.floor(ms / 1000), dateNanoseconds: (ms % 1000) * 1e6 };
}

/** The copy gets its name when it is repaired: nobody takes a half one for it. */
function repairCopy(path: string, copy: string, mode: "leaks" | "all") {
  const partial = `${copy}.partial`;
  try {
    copyFileSync(path, partial, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    const result = repairImage(partial, mode);
    renameSync(partial, copy);
    return result;
  } catch (error) {
    if (!isExisting(error)) rmSync(partial, { force: true });
    throw error instanceof ImageError
      ? error
      : new ImageError("io", `The copy could not be written: ${messageOf(error)}`, {
          file: copy,
          cause: error,
        });
  }
}

const isExisting = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "EEXIST";
const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/** An empty qcow2 image on a base, as large as that one. */
function createOverlay({ base, target }: CallInput<"chain.createOverlay">): void {
  const { format, size } = lookAt(base);
  const backing = { name: nameFrom(target, base), format };
  const spec = { size, options: {}, backing };
  createImage({ path: target, format: "qcow2", spec, replace: false, flush: true });
}

/** Only the name is written; what the new base holds is the user's word. */
function pointTo({ path, base }: CallInput<"chain.pointTo">): void {
  const { format } = lookAt(base);
  const image = openImage({ path: base, grants: [] });
  try {
    const own = fileStatus(path).identity;
    if (image.layers.some(({ source }) => source.name === path || source.identity === own))
      throw new ImageError("cycle", `${base} is, or stands on, the image that would name it`, {
        file: path,
        hint: "Choose a file that does not stand on this image.",
      });
  } finally {
    image.close();
  }
  rebaseUnsafe(path, { name: nameFrom(path, base), format });
}
