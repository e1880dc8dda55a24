import type { Format } from "../format";
import { checkVhd, repairVhd } from "./check";
import { fileParts } from "./file-parts";
import { hasFooter } from "./find-footer";
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
    { name: "vpc-fixed", provisioning: "thick-lazy", options: { subformat: "fixed" } },
  ],
};
