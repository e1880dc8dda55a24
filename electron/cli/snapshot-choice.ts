import type { SnapshotFacts } from "../../shared/model/facts";
import type { ImageError } from "../engine";
import { splitList } from "./create-options";
import { CommandError } from "./errors";
import { printError, printWarning } from "./output";

/** Which internal snapshot is meant: by its id, its name, both, or a word that is either. */
export interface SnapshotChoice {
  readonly id?: string;
  readonly name?: string;
  readonly either?: string;
}

/**
 * Reads the value of -l: `snapshot.id=…,snapshot.name=…`, or a word.
 * @throws CommandError in qemu-img's words.
 */
export function readSnapshotChoice(text: string): SnapshotChoice {
  if (!text.startsWith("snapshot.")) return { either: text };
  const choice: { id?: string; name?: string } = {};
  for (const part of splitList(text)) {
    const equals = part.indexOf("=");
    const option = equals < 0 ? part : part.slice(0, equals);
    const value = equals < 0 ? "on" : part.slice(equals + 1);
    if (option === "snapshot.id") choice.id = value;
    else if (option === "snapshot.name") choice.name = value;
    else {
      printError(`Invalid parameter '${option}'`);
      throw new CommandError(`Failed in parsing snapshot param '${text}'`);
    }
    if (equals < 0)
      printWarning(
        `short-form boolean option '${option}' deprecated\nPlease use ${option}=on instead`,
      );
  }
  return choice;
}

/**
 * The index of the first snapshot that is meant; a word is looked for among the ids first.
 * @param lost Why there may be more, that cannot be read.
 * @throws CommandError when there is none.
 */
export function findSnapshot(
  snapshots: readonly SnapshotFacts[],
  { id, name, either }: SnapshotChoice,
  lost?: ImageError,
): number {
  const byId = snapshots.findIndex((each) => each.id === either);
  const index =
    either === undefined
      ? snapshots.findIndex(
          (each) => each.id === (id ?? each.id) && each.name === (name ?? each.name),
        )
      : byId >= 0
        ? byId
        : snapshots.findIndex((each) => each.name === either);
  if (index >= 0) return index;
  if (lost) throw new CommandError(`Failed to load snapshot: ${lost.message}`);
  throw new CommandError("Failed to load snapshot: Can't find snapshot");
}
