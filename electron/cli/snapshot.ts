import type { SnapshotFacts } from "../../shared/model/facts";
import type { SnapshotNode } from "../../shared/model/snapshot-tree";
import {
  applySnapshot,
  createSnapshot,
  deleteSnapshots,
  freedBy,
  ImageError,
  listSnapshots,
  snapshotTree,
} from "../engine";
import { readArguments, type OptionTable } from "./arguments";
import { changing, imageToChange, type ChangedImage } from "./change";
import { CommandError, UsageError } from "./errors";
import { HelpWanted } from "./help";
import { formatJson, type Json } from "./json";
import { readOutputKind } from "./option-values";
import { print } from "./output";
import { humanSize } from "./sizes";
import { snapshotTable } from "./snapshot-table";
import { createSourceOptions } from "./source-options";

const options: OptionTable = {
  flags: "hlqU",
  valued: "acd",
  long: {
    help: { as: "h" },
    object: { as: "--object", valued: true },
    "image-opts": { as: "--image-opts" },
    "force-share": { as: "U" },
    trust: { as: "trust" },
    // Lamina's own.
    output: { as: "output", valued: true },
    index: { as: "index", valued: true },
    freed: { as: "freed", valued: true },
  },
};

/** What to do: list, apply, create, delete, tell what deleting would give back, or only open. */
interface Action {
  readonly what: "l" | "a" | "c" | "d" | "freed" | "none";
  /** The snapshot's name, or IDs with commas between them. */
  readonly value: string;
}

/** `snapshot`: internal snapshots, listed, created, applied and deleted. Returns the exit code. */
export function snapshot(args: readonly string[]): number {
  let action: Action | undefined;
  let output = "human";
  let index: string | undefined;
  let shared = false;
  const source = createSourceOptions();
  const [name, ...more] = readArguments("snapshot", args, options, (option, value) => {
    if (option === "h") throw new HelpWanted();
    else if (option === "output") output = value;
    else if (option === "index") index = value;
    else if (option === "U") shared = true;
    else if (option === "q" || source.take(option, value)) return;
    else if (action !== undefined) throw new UsageError("Cannot mix '-l', '-a', '-c', '-d'");
    else action = { what: option as Action["what"], value };
  });
  if (name === undefined || more.length > 0) throw new UsageError("Expecting one image file name");
  const json = readOutputKind(output) === "json";
  const { what, value }: Action = action ?? { what: "none", value: "" };
  const readOnly = what === "l" || what === "freed" || what === "none";
  const image = imageToChange(source.image(name, undefined), { readOnly, shared });
  const { lostSnapshots } = image;
  if (lostSnapshots && what !== "none")
    changing("", () => {
      throw lostSnapshots;
    });
  const { snapshots } = image.facts;
  if (what === "l") list(image, json);
  else if (what === "freed") tellFreed(image, value, json);
  else if (what === "c") create(image, value);
  else if (what === "a") apply(image, value, findToApply(snapshots, value, index));
  else if (what === "d") remove(image, value, findToDelete(snapshots, value, index));
  return 0;
}

function list({ path, format, facts: { snapshots } }: ChangedImage, json: boolean): void {
  if (!json) {
    const lines = snapshots.length === 0 ? [] : ["Snapshot list:", ...snapshotTable(snapshots)];
    print(lines.map((line) => `${line}\n`).join(""));
    return;
  }
  const listed = format === "qcow2" ? changing("", () => listSnapshots(path)) : [];
  const nodes = listed.length === 0 ? [] : treeNodes(path);
  print(`${formatJson(listed.map((each, at) => jsonSnapshot(each, at, nodes[at])))}\n`);
}

/**
 * Lamina's own. Sizes in bytes; the exclusive size is what deleting this one alone gives back, and the
 * parent another's index, null for none, as far as the clusters or libvirt's notes tell.
 */
function jsonSnapshot(snapshot: SnapshotFacts, index: number, node?: SnapshotNode): Json {
  return {
    index,
    id: snapshot.id,
    name: snapshot.name,
    date: new Date(snapshot.dateSeconds * 1000).toISOString(),
    "vm-state-size": snapshot.vmStateSize,
    "disk-size": snapshot.diskSize,
    "exclusive-size": node?.exclusiveBytes,
    parent: node?.parent,
    confidence: node?.confidence,
  };
}

/** None for an image that has to be repaired before anybody can tell. */
function treeNodes(path: string): readonly SnapshotNode[] {
  try {
    return snapshotTree({ path }).nodes;
  } catch (error) {
    if (error instanceof ImageError) return [];
    throw error;
  }
}

function tellFreed({ path, facts }: ChangedImage, ids: string, json: boolean): void {
  const indices = ids.split(",").map((id) => {
    const index = facts.snapshots.findIndex((each) => each.id === id);
    if (index < 0) throw new CommandError(`Could not find snapshot '${id}'`);
    return index;
  });
  const freed = changing("", () => freedBy(path, indices));
  print(
    json
      ? `${formatJson({ freed })}\n`
      : `freed: ${humanSize(Math.max(0, freed))} (${freed} bytes)\n`,
  );
}

function create({ path, format, facts }: ChangedImage, name: string): void {
  const failed = `Could not create snapshot '${name}': `;
  if (format !== "qcow2" || facts.dataFile !== undefined)
    throw new CommandError(`${failed}-95 (Operation not supported)`);
  const now = Date.now();
  const dateSeconds = Math.floor(now / 1000);
  const dateNanoseconds = (now % 1000) * 1_000_000;
  changing(failed, () => createSnapshot(path, { name, dateSeconds, dateNanoseconds }));
}

function apply({ path, format, facts }: ChangedImage, name: string, index: number): void {
  const failed = `Could not apply snapshot '${name}': `;
  if (facts.bitmaps.length > 0) throw new CommandError(`${failed}Device has active dirty bitmaps`);
  if (format !== "qcow2")
    throw new CommandError(`${failed}Block driver does not support snapshots`);
  if (index < 0)
    throw new CommandError(`${failed}Failed to load snapshot: No such file or directory`);
  changing(failed, () => applySnapshot(path, index));
}

function remove({ path }: ChangedImage, name: string, index: number): void {
  const failed = `Could not delete snapshot '${name}': `;
  if (index < 0) throw new CommandError(`${failed}snapshot not found`);
  changing(failed, () => deleteSnapshots(path, [index]));
}

/** IDs first, then names; below 0 when there is none. */
function findToApply(
  snapshots: readonly SnapshotFacts[],
  name: string,
  index: string | undefined,
): number {
  if (index !== undefined) return atIndex(snapshots, name, index);
  const byId = snapshots.findIndex((each) => each.id === name);
  return byId >= 0 ? byId : snapshots.findIndex((each) => each.name === name);
}

/** The first of this name, whatever the IDs; below 0 when there is none. */
function findToDelete(
  snapshots: readonly SnapshotFacts[],
  name: string,
  index: string | undefined,
): number {
  if (index !== undefined) return atIndex(snapshots, name, index);
  return snapshots.findIndex((each) => each.name === name);
}

/** The snapshot at this place of the table, which must be the one of this name or ID. @throws CommandError */
function atIndex(snapshots: readonly SnapshotFacts[], name: string, index: string): number {
  const found = /^\d+$/.test(index) ? snapshots[Number(index)] : undefined;
  if (found === undefined) throw new CommandError(`There is no snapshot with index '${index}'`);
  if (found.name === name || found.id === name) return Number(index);
  throw new CommandError(
    `The snapshot with index ${index} is '${found.name}' (ID ${found.id}), not '${name}'`,
  );
}
