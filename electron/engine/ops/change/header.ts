import {
  amendQcow2,
  rebaseUnsafe as rebaseFile,
  type Amendment,
} from "../../formats/qcow2/change/amend";
import type { ParentRef } from "../../image/layer";
import { openForChange } from "./open-for-change";

/** Changes what a qcow2 image's header says of it. @throws ImageError as `amendQcow2` and `openForChange`. */
export const amendImage = (path: string, amendment: Amendment): void =>
  openForChange(path, (file) => amendQcow2(file, amendment));

/** Rewrites the backing file's name only. @throws ImageError as qcow2's `rebaseUnsafe` and `openForChange`. */
export const rebaseUnsafe = (path: string, backing: ParentRef | undefined): void =>
  openForChange(path, (file) => rebaseFile(file, backing));
