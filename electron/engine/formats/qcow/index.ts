import type { Format } from "../format";
import { hasMagic } from "./header";
import { openQcow } from "./open";

/** QEMU's first copy-on-write format, version 1 of qcow; qcow2 took its place. */
export const qcow: Format = {
  id: "qcow",
  label: "qcow (version 1)",
  extensions: ["qcow"],
  options: [],
  backing: true,
  probe: hasMagic,
  // The backing file is told to the caller, not opened here.
  open: (source, _gate, how = {}) => openQcow(source, how),
};
