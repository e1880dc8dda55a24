import type { ImageChange } from "../../shared/model/change";
import type { ImageReport } from "../../shared/model/report";
import { holderOf } from "./in-use";

/** What can be done to an image where it is. */
type Change = Exclude<ImageChange["kind"], "merge">;

/** Formats whose disk may get another size where it is. */
const resizable: ReadonlySet<string> = new Set(["raw", "qcow2", "vdi", "vpc", "vhdx", "vmdk"]);

/** Formats of media, which no guest writes to. */
const onlyRead: ReadonlySet<string> = new Set(["iso", "dmg"]);

/** Whether it is a disk as it lies there, on which an overlay may stand. */
export function isPlainDisk({ layers: [image] }: ImageReport): boolean {
  return image !== undefined && image.facts.wrapping === undefined && !onlyRead.has(image.format);
}

/** The changes that the image's kind allows; none where it is packed, or its chain is broken. */
export function changesOf({ layers, broken }: ImageReport): Change[] {
  const [image] = layers;
  if (image === undefined || broken !== undefined || image.facts.wrapping !== undefined) return [];
  if (!resizable.has(image.format)) return [];
  if (image.format !== "qcow2") return ["resize"];
  const own = ["resize", "compact", "punch", "rebase", "amend"] as const;
  return layers.length > 1 ? [...own, "flatten", "commit"] : [...own];
}

/** As `changesOf`, without those that somebody who holds a file of the chain keeps from being made. */
export function possibleChanges(report: ImageReport): Change[] {
  const [image, base] = report.layers.map(({ path }) => path);
  if (holderOf(report) !== undefined) return [];
  const held = image !== undefined && base !== undefined && holderOf(report, [image, base]);
  return changesOf(report).filter((change) => change !== "commit" || !held);
}
