import type { Format } from "../format";
import { preallocatedVariants } from "../preallocation";
import { checkVhdx } from "./check";
import { repairVhdx } from "./repair";
import { nilGuid } from "../../codec/guid";
import { fileParts } from "./file-parts";
import { hasSignature } from "./file-identifier";
import { readHeader } from "./header";
import { measureVhdx } from "./measure";
import { openVhdx } from "./open";
import { vhdxOptions } from "./options";
import { vhdxResize } from "./resize";
import { createVhdx } from "./writer";

/** Hyper-V's Virtual Hard Disk v2. */
export const vhdx: Format = {
  id: "vhdx",
  label: "VHDX",
  extensions: ["vhdx", "avhdx"],
  options: vhdxOptions,
  // Differencing images are read, not written.
  backing: false,
  probe: hasSignature,
  // Whoever closes the file empties its log.
  leftOpen: (source) => readHeader(source).header.logGuid !== nilGuid,
  // The parent is told to the caller, not opened here.
  open: (source) => openVhdx(source),
  create: createVhdx,
  check: checkVhdx,
  parts: fileParts,
  repair: repairVhdx,
  resize: vhdxResize,
  measure: measureVhdx,
  variants: [
    { name: "vhdx", provisioning: "thin", options: {} },
    { name: "vhdx-fixed", provisioning: "thick-sparse", options: { subformat: "fixed" } },
  ],
  furtherVariants: preallocatedVariants("vhdx-fixed", { subformat: "fixed" }),
};
