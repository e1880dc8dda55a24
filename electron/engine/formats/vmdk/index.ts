import type { Format } from "../format";
import { openVmdk } from "./open";
import { vmdkOptions } from "./options";
import { signatureOf } from "./signature";
import { createVmdk } from "./writer";

/** VMware's virtual disk. */
export const vmdk: Format = {
  id: "vmdk",
  label: "VMDK",
  extensions: ["vmdk"],
  options: vmdkOptions,
  // Read, not written: a child's header needs its parent's content ID.
  backing: false,
  probe: (source) => signatureOf(source) !== undefined,
  open: openVmdk,
  create: createVmdk,
};
