import type { Format } from "../format";
import { preallocatedVariants } from "../preallocation";
import { checkVmdk } from "./check";
import { fileParts } from "./file-parts";
import { readHostedHeader } from "./hosted-header";
import { measureVmdk } from "./measure";
import { openVmdk } from "./open";
import { vmdkOptions } from "./options";
import { repairVmdk } from "./repair";
import { vmdkResize } from "./resize";
import { signatureOf } from "./signature";
import { createVmdk } from "./writer";

/** VMware's virtual disk. */
export const vmdk: Format = {
  id: "vmdk",
  label: "VMDK",
  extensions: ["vmdk"],
  options: vmdkOptions,
  backing: false,
  linksToParent: true,
  probe: (source) => signatureOf(source) !== undefined,
  leftOpen: (source) => signatureOf(source) === "KDMV" && readHostedHeader(source).uncleanShutdown,
  open: openVmdk,
  create: createVmdk,
  check: checkVmdk,
  parts: fileParts,
  repair: repairVmdk,
  resize: vmdkResize,
  measure: measureVmdk,
  variants: [
    { name: "vmdk-sparse", provisioning: "thin", options: {} },
    { name: "vmdk-flat", provisioning: "thick-sparse", options: { subformat: "monolithicFlat" } },
    { name: "vmdk-stream", provisioning: "thin", options: { subformat: "streamOptimized" } },
  ],
  furtherVariants: [
    {
      name: "vmdk-split-sparse",
      provisioning: "thin",
      options: { subformat: "twoGbMaxExtentSparse" },
    },
    {
      name: "vmdk-split-flat",
      provisioning: "thick-sparse",
      options: { subformat: "twoGbMaxExtentFlat" },
    },
    ...preallocatedVariants("vmdk-flat", { subformat: "monolithicFlat" }),
    ...preallocatedVariants("vmdk-split-flat", { subformat: "twoGbMaxExtentFlat" }),
  ],
};
