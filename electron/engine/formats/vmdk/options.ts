import type { OptionSpec, OptionValues } from "../../../../shared/model/format";
import { ImageError } from "../../errors";
import type { ParentRef } from "../../image/layer";
import type { CreateSpec } from "../format";
import {
  chosenPreallocation,
  preallocationOption,
  type FixedPreallocation,
} from "../preallocation";
import { sectorSize } from "./sector";

/** What an image can be: one file or several, thin or not, compressed or not. */
export const subformats = [
  "monolithicSparse",
  "monolithicFlat",
  "twoGbMaxExtentSparse",
  "twoGbMaxExtentFlat",
  "streamOptimized",
] as const;
export type Subformat = (typeof subformats)[number];

const adapterTypes = ["ide", "lsilogic", "buslogic", "legacyESX"];
/** 4 is Workstation 4, 21 is ESXi 8.0 U2; version 5 was never given out. */
const hardwareVersions = ["4", ...Array.from({ length: 16 }, (_, index) => String(index + 6))];

/** What can be chosen for a new VMDK, with qemu-img's names and defaults. */
export const vmdkOptions: readonly OptionSpec[] = [
  { name: "subformat", kind: "choice", default: "monolithicSparse", choices: [...subformats] },
  { name: "adapter_type", kind: "choice", default: "ide", choices: adapterTypes },
  { name: "hwversion", kind: "choice", default: "4", choices: hardwareVersions },
  { name: "zeroed_grain", kind: "switch", default: false },
  preallocationOption("subformat", ["monolithicFlat", "twoGbMaxExtentFlat"]),
];

/** The image that a new one stands on. */
interface PlannedParent {
  /** As the descriptor names it. */
  readonly name: string;
  /** Its content ID, eight hexadecimal digits. */
  readonly cid: string;
}

/** What a new image shall be like, checked. */
export interface Plan {
  /** The virtual disk in sectors: what was asked for, rounded up. */
  readonly capacity: number;
  readonly subformat: Subformat;
  /** Whether grain tables may say that a grain is zero. */
  readonly zeroedGrain: boolean;
  /** "off" unless it is flat. */
  readonly preallocation: FixedPreallocation;
  readonly adapterType: string;
  readonly hardwareVersion: string;
  readonly parent?: PlannedParent;
}

/**
 * Checks size, options and parent of a new image.
 * @throws ImageError `invalid-argument`, in words close to qemu-img's.
 */
export function planOf({ size, options, backing }: CreateSpec): Plan {
  const capacity = Math.ceil(size / sectorSize);
  if (!Number.isSafeInteger(size) || !Number.isSafeInteger(capacity * sectorSize) || size < 0) {
    throw invalid(`A disk cannot have ${size} bytes`);
  }
  for (const name of Object.keys(options)) {
    if (!vmdkOptions.some((spec) => spec.name === name)) {
      throw invalid(`Invalid parameter '${name}'`);
    }
  }
  const chosen = choice(options, "subformat");
  const subformat = subformats.find((each) => each === chosen) ?? "monolithicSparse";
  const isFlat = subformat.endsWith("Flat");
  if (backing && isFlat) throw invalid("Flat image can't have backing file");
  const zeroedGrain = options["zeroed_grain"] ?? false;
  if (typeof zeroedGrain !== "boolean") throw invalid("Parameter 'zeroed_grain' is on or off");
  if (zeroedGrain && isFlat) throw invalid("Flat image can't enable zeroed grain");
  return {
    capacity,
    subformat,
    zeroedGrain,
    preallocation: chosenPreallocation(options, isFlat),
    adapterType: choice(options, "adapter_type"),
    hardwareVersion: choice(options, "hwversion"),
    ...(backing && { parent: parentOf(backing) }),
  };
}

function parentOf({ name, expects }: ParentRef): PlannedParent {
  const cid = expects?.identity["CID"]?.[0];
  if (cid === undefined) throw invalid("A VMDK cannot name a parent without a content ID");
  return { name, cid };
}

/** The chosen value of an option, or its default. */
function choice(options: OptionValues, name: string): string {
  const spec = vmdkOptions.find((each) => each.name === name);
  if (spec?.kind !== "choice") throw invalid(`Invalid parameter '${name}'`);
  const value = String(options[name] ?? spec.default);
  if (spec.choices.includes(value)) return value;
  throw invalid(`Parameter '${name}' does not accept value '${value}'`, {
    expected: spec.choices.join(", "),
    found: value,
  });
}

function invalid(message: string, detail: { expected?: string; found?: string } = {}): ImageError {
  return new ImageError("invalid-argument", message, detail);
}
