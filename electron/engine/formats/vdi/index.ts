import type { Format } from "../format";
import { preallocatedVariants } from "../preallocation";
import { checkVdi } from "./check";
import { fileParts } from "./file-parts";
import { hasSignature } from "./header";
import { measureVdi } from "./measure";
import { openVdi } from "./open";
import { vdiOptions } from "./options";
import { vdiResize } from "./resize";
import { createVdi } from "./writer";

/** VirtualBox's Virtual Disk Image. */
export const vdi: Format = {
  id: "vdi",
  label: "VirtualBox VDI",
  extensions: ["vdi"],
  options: vdiOptions,
  // A differencing image names its parent by UUID, not by a file's name, and is not written.
  backing: false,
  probe: hasSignature,
  // Nothing is opened besides the image itself.
  open: (source) => openVdi(source),
  create: createVdi,
  check: checkVdi,
  parts: fileParts,
  resize: vdiResize,
  measure: measureVdi,
  variants: [
    { name: "vdi", provisioning: "thin", options: {} },
    { name: "vdi-static", provisioning: "thick-sparse", options: { static: true } },
  ],
  furtherVariants: preallocatedVariants("vdi-static", { static: true }),
};
