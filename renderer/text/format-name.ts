import type { TFunction } from "i18next";
import type { FormatId } from "../../shared/model/format";

/** What people call a format: "VHD", where qemu-img says "vpc". */
export function formatName(format: FormatId, t: TFunction): string {
  return t(`facts.format.${format}`);
}
