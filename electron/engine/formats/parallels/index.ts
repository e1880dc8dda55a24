import type { Format } from "../format";
import { isDescriptor } from "./disk-descriptor";
import { magicOf, readHeader } from "./header";
import { openParallels } from "./open";

/** Parallels' disks: expanding images, and bundles by their DiskDescriptor.xml. */
export const parallels: Format = {
  id: "parallels",
  label: "Parallels",
  // DiskDescriptor.xml is told by its contents: .xml alone says nothing.
  extensions: ["hdd", "hds"],
  options: [],
  // Snapshots are named by the disk descriptor, which belongs to the image itself.
  backing: false,
  probe: (source) => magicOf(source) !== undefined || isDescriptor(source),
  // A descriptor has no such mark: the images that it names have.
  leftOpen: (source) => magicOf(source) !== undefined && readHeader(source).inUse,
  open: openParallels,
};
