import type { LayerReport } from "./report";

/** Kinds of VMDK that are one file with its descriptor inside. */
const oneFile: ReadonlySet<unknown> = new Set(["monolithicSparse", "streamOptimized"]);

/** Whether an image is a VMDK of one file, which holds its descriptor too. */
export function isOneFileVmdk({ format, facts }: Pick<LayerReport, "format" | "facts">): boolean {
  const kind = facts.details.find(({ name }) => name === "createType")?.value;
  return format === "vmdk" && oneFile.has(kind);
}
