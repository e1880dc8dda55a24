import {
  addBitmap,
  clearBitmap,
  enableBitmap,
  mergeBitmap,
  openTopLayer,
  removeBitmap,
  type ImageLayer,
} from "../engine";
import { readArguments, type OptionTable } from "./arguments";
import { changing, imageToChange, type ChangedImage } from "./change";
import { CommandError } from "./errors";
import { HelpWanted } from "./help";
import { sizeArgument } from "./sizes";
import { createSourceOptions } from "./source-options";

const options: OptionTable = {
  flags: "h",
  valued: "bfFg",
  long: {
    help: { as: "h" },
    object: { as: "--object", valued: true },
    "image-opts": { as: "--image-opts" },
    add: { as: "add" },
    remove: { as: "remove" },
    clear: { as: "clear" },
    enable: { as: "enable" },
    disable: { as: "disable" },
    merge: { as: "merge", valued: true },
    granularity: { as: "g", valued: true },
    trust: { as: "trust" },
  },
};

const actionNames = ["add", "remove", "clear", "enable", "disable", "merge"] as const;

/** One change of the bitmap; they are made in the order in which they are given. */
interface Action {
  readonly what: (typeof actionNames)[number];
  /** The bitmap to merge. */
  readonly from: string;
}

/** `bitmap`: dirty bitmaps of an image. Returns the exit code. */
export function bitmap(args: readonly string[]): number {
  const values = new Map<string, string>();
  const actions: Action[] = [];
  let granularity = 0;
  const source = createSourceOptions();
  const operands = readArguments("bitmap", args, options, (option, value) => {
    const what = actionNames.find((each) => each === option);
    if (option === "h") throw new HelpWanted();
    else if (option === "g") granularity = Number(sizeArgument("granularity", value));
    else if (what !== undefined) actions.push({ what, from: value });
    else if (!source.take(option, value)) values.set(option, value);
  });
  const [adds, merges] = [actions.some(({ what }) => what === "add"), actions.some(isMerge)];
  if (actions.length === 0)
    throw new CommandError(
      "Need at least one of --add, --remove, --clear, --enable, --disable, or --merge",
    );
  const [otherName, otherFormat] = [values.get("b"), values.get("F")];
  if (granularity !== 0 && !adds) throw new CommandError("granularity only supported with --add");
  if (otherName !== undefined && !merges)
    throw new CommandError("Merge bitmap source file only supported with --merge");
  if (otherFormat !== undefined && otherName === undefined)
    throw new CommandError("-F only supported with -b");
  const [name, bitmapName, ...more] = operands;
  if (name === undefined || bitmapName === undefined || more.length > 0)
    throw new CommandError("Expecting filename and bitmap name");

  const image = imageToChange(source.image(name, values.get("f")), { alone: true });
  const other =
    otherName === undefined
      ? undefined
      : imageToChange(createSourceOptions().image(otherName, otherFormat), {
          alone: true,
          readOnly: true,
        });
  for (const action of actions) {
    const failed = `Operation ${action.what} on bitmap ${bitmapName} failed: `;
    changing(failed, () =>
      perform(action, { image, other, name: bitmapName, granularity, failed }),
    );
  }
  return 0;
}

/** What is asked of a bitmap here. */
type BitmapFacts = ImageLayer["facts"]["bitmaps"][number];

/** The bitmaps that an image has now. @throws ImageError */
function bitmapsOf({ request }: ChangedImage): readonly BitmapFacts[] {
  const layer = openTopLayer(request);
  try {
    return layer.facts.bitmaps;
  } finally {
    layer.close();
  }
}

const isMerge = ({ what }: Action): boolean => what === "merge";

/** What the actions of one command line have in common. */
interface Subject {
  readonly image: ChangedImage;
  /** The image that holds the bitmaps to merge, when it is another one (-b). */
  readonly other: ChangedImage | undefined;
  readonly name: string;
  /** Bytes; 0 for qemu-img's choice. */
  readonly granularity: number;
  /** What stands before a reason. */
  readonly failed: string;
}

function perform({ what, from }: Action, subject: Subject): void {
  const { image, other, name, failed } = subject;
  const { path } = image;
  if (what === "add") return add(subject);
  const bitmap = requireBitmap(image, name, failed);
  if (what === "remove") return removeBitmap(path, name);
  if (what !== "merge") requireConsistent(bitmap, failed);
  if (what === "clear") return clearBitmap(path, name);
  if (what === "enable" || what === "disable") return enableBitmap(path, name, what === "enable");
  const source = requireBitmap(other ?? image, from, failed);
  requireConsistent(bitmap, failed);
  requireConsistent(source, failed);
  mergeBitmap(path, name, { ...(other && { path: other.path }), name: from });
}

function add({ image, name, granularity, failed }: Subject): void {
  const { path, format, facts } = image;
  const clusterSize = facts.clusterSize ?? 0;
  const chosen = granularity || Math.min(65536, Math.max(4096, clusterSize));
  const isPower = Number.isInteger(Math.log2(chosen));
  if (!isPower || chosen < 512 || chosen > 2 ** 31)
    throw new CommandError(`${failed}Granularity must be power of 2 and at least 512`);
  if (name === "") throw new CommandError(`${failed}Bitmap name cannot be empty`);
  if (format !== "qcow2")
    throw new CommandError(
      `${failed}Can't store persistent bitmaps to ${path}: Operation not supported`,
    );
  if (bitmapsOf(image).some((each) => each.name === name))
    throw new CommandError(`${failed}Bitmap already exists: ${name}`);
  addBitmap(path, { name, granularity: chosen, enabled: true });
}

/** @throws CommandError in qemu-img's words when the image has no such bitmap. */
function requireBitmap(image: ChangedImage, name: string, failed: string): BitmapFacts {
  const found = bitmapsOf(image).find((each) => each.name === name);
  if (found !== undefined) return found;
  throw new CommandError(`${failed}Dirty bitmap '${name}' not found`);
}

/** @throws CommandError in qemu-img's words for a bitmap that nobody has closed. */
function requireConsistent({ name, flags }: BitmapFacts, failed: string): void {
  if (!flags.includes("in-use")) return;
  throw new CommandError(
    `${failed}Bitmap '${name}' is inconsistent and cannot be used\n` +
      "Try block-dirty-bitmap-remove to delete this bitmap from disk",
  );
}
