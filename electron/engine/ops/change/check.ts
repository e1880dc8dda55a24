import type { CheckResult } from "../../../../shared/model/check";
import { ImageError } from "../../errors";
import type { Format, RepairResult } from "../../formats/format";
import { probeFormat } from "../../formats/registry";
import { createGate } from "../../image/gate";
import { openFile } from "../../io/file";
import type { ByteSource } from "../../io/source";
import { openForChange } from "./open-for-change";

/**
 * Checks an image's own tables without changing it; extents in other files are opened from its folder.
 * @throws ImageError `unsupported` for a format without tables; as `Format.check`, `missing-file`.
 */
export function checkImage(path: string): CheckResult {
  const file = openFile(path);
  try {
    const { check } = checkable(file);
    return check(file, createGate([]));
  } finally {
    file.close();
  }
}

/**
 * Repairs an image in place. What cannot be mended where it is stays: a conversion that salvages what
 * can be read makes a sound copy of it.
 * @throws ImageError `unsupported` for a format without tables; as `Format.repair` and `openForChange`.
 */
export const repairImage = (path: string, mode: "leaks" | "all"): RepairResult =>
  openForChange(path, (file) => {
    const { check, repair } = checkable(file);
    const gate = createGate([]);
    if (repair !== undefined) return repair(file, mode, gate);
    const before = check(file, gate);
    return { before, after: before };
  });

function checkable(file: ByteSource): Format & Required<Pick<Format, "check">> {
  const format = probeFormat(file);
  const { check, label } = format;
  if (check !== undefined) return { ...format, check };
  throw new ImageError("unsupported", `${file.name}: ${label} has no tables to check`, {
    file: file.name,
    expected: "qcow2, VMDK, VDI, VHD or VHDX",
    found: label,
  });
}
