import type { TFunction } from "i18next";
import type { FormatId } from "../../shared/model/format";

/** A format as a choice or a label of its own: "Raw disk". */
export function formatTitle(format: FormatId, t: TFunction): string {
  return t(`facts.title.${format}`);
}

/** A format within a text: "VHD", where qemu-img says "vpc". */
export function formatName(format: FormatId, t: TFunction): string {
  return t(`facts.format.${format}`);
}
