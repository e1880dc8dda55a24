import type { Format } from "../format";
import { incompatible } from "./features";
import { fileParts } from "./file-parts";
import { hasMagic, readHeader } from "./header";
import { openQcow2 } from "./open";
import { qcow2Options } from "./options";
import { measureBitmaps, measureQcow2 } from "./measure";
import { repairQcow2 } from "./check/repair";
import { checkQcow2 } from "./check/survey";
import { resizeQcow2 } from "./change/resize";
import { createQcow2 } from "./writer";

/** QEMU's copy-on-write format, versions 2 and 3. */
export const qcow2: Format = {
  id: "qcow2",
  label: "qcow2",
  extensions: ["qcow2"],
  options: qcow2Options,
  backing: true,
  compresses: true,
  probe: hasMagic,
  leftOpen: (source) => (readHeader(source).incompatibleFeatures & incompatible.dirty) !== 0n,
  snapshots: true,
  open: (source, gate, how = {}) => openQcow2(source, gate, how),
  create: createQcow2,
  check: (source) => checkQcow2(source),
  repair: repairQcow2,
  parts: fileParts,
  resize: {
    shrinks: true,
    preallocations: ["off", "metadata", "falloc", "full"],
    run: resizeQcow2,
  },
  measure: measureQcow2,
  bitmapsSize: measureBitmaps,
  variants: [
    { name: "qcow2", provisioning: "thin", options: {} },
    { name: "qcow2-compressed", provisioning: "thin", options: {}, compress: true },
    { name: "qcow2-reserved", provisioning: "thick-lazy", options: { preallocation: "falloc" } },
    { name: "qcow2-zeroed", provisioning: "thick-eager", options: { preallocation: "full" } },
  ],
  furtherVariants: [
    { name: "qcow2-mapped", provisioning: "thin", options: { preallocation: "metadata" } },
  ],
};
