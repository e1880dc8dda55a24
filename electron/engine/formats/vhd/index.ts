import type { ByteSource } from "../../io/source";
import type { Format } from "../format";
import { preallocatedVariants } from "../preallocation";
import { checkVhd, repairVhd } from "./check";
import { fileParts } from "./file-parts";
import { findFooter, hasFooter } from "./find-footer";
import { readFooter } from "./footer";
import { measureVhd } from "./measure";
import { openVhd } from "./open";
import { vhdOptions } from "./options";
import { vhdResize } from "./resize";
import { createVhd } from "./writer";

/** Microsoft's Virtual Hard Disk, by qemu-img's name for it. */
export const vpc: Format = {
  id: "vpc",
  label: "VHD",
  extensions: ["vhd", "avhd", "vpc"],
  options: vhdOptions,
  // Differencing images are read, not written.
  backing: false,
  probe: hasFooter,
  leftOpen: isInSavedState,
  // The parent is told to the caller, not opened here.
  open: (source) => openVhd(source),
  create: createVhd,
  check: checkVhd,
  parts: fileParts,
  repair: repairVhd,
  resize: vhdResize,
  measure: measureVhd,
  variants: [
    { name: "vpc", provisioning: "thin", options: {} },
    { name: "vpc-fixed", provisioning: "thick-sparse", options: { subformat: "fixed" } },
  ],
  furtherVariants: preallocatedVariants("vpc-fixed", { subformat: "fixed" }),
};

/** "Saved State": whoever goes on with the machine expects the disk as it is. */
function isInSavedState(source: ByteSource): false | "saved-state" {
  const { bytes, at } = findFooter(source);
  return readFooter(bytes, source.name, at).savedState && "saved-state";
}
