import type { Format } from "../format";
import { mapStored } from "../../image/layer";
import { measureRaw } from "./measure";
import { rawOptions } from "./options";
import { sectorSize } from "./sector";
import { rawResize } from "./resize";
import { createRaw } from "./writer";

/** A file whose byte n is the guest's byte n. */
export const raw: Format = {
  id: "raw",
  label: "Raw disk",
  extensions: ["img", "raw", "dd"],
  options: rawOptions,
  backing: false,
  probe: () => true,
  open(source) {
    return {
      format: "raw",
      source,
      size: Math.ceil(source.size / sectorSize) * sectorSize,
      blockSize: 1,
      facts: { snapshots: [], bitmaps: [], details: [] },
      map: (guestAt, max) => mapStored(source, guestAt, max),
      close: () => source.close(),
    };
  },
  create: createRaw,
  resize: rawResize,
  measure: measureRaw,
  variants: [
    { name: "raw-sparse", provisioning: "thin", options: {} },
    { name: "raw-preallocated", provisioning: "thick-lazy", options: { preallocation: "falloc" } },
    { name: "raw-zeroed", provisioning: "thick-eager", options: { preallocation: "full" } },
  ],
};
