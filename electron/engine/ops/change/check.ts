import type { CheckResult } from "../../../../shared/model/check";
import { repairQcow2, type RepairResult } from "../../formats/qcow2/check/repair";
import { checkQcow2 } from "../../formats/qcow2/check/survey";
import { openFile } from "../../io/file";
import { openForChange } from "./open-for-change";

/**
 * Checks a qcow2 image without changing it.
 * @throws ImageError as `checkQcow2`, `missing-file`.
 */
export function checkImage(path: string): CheckResult {
  const file = openFile(path);
  try {
    return checkQcow2(file);
  } finally {
    file.close();
  }
}

/** Repairs a qcow2 image in place. @throws ImageError as `repairQcow2` and `openForChange`. */
export const repairImage = (path: string, mode: "leaks" | "all"): RepairResult =>
  openForChange(path, (file) => repairQcow2(file, mode));
