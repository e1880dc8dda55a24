import type { LayerReport } from "../../../shared/model/report";
import { foreignFormat } from "../formats/foreign";
import { formats } from "../formats/registry";
import type { ImageLayer } from "../image/layer";
import { packedAs } from "../wrappings/packings";

/**
 * Formats without whose header a file of that name is damaged. Discs and some others come without a
 * mark, too.
 */
const marked: ReadonlySet<string> = new Set(["qcow2", "qcow", "vmdk", "vdi", "vhdx", "vpc"]);

/** Files of a VMDK that hold nothing but guest data. */
const flatExtent = /-(?:flat|f\d+|rdmp?)\.vmdk$/i;

/**
 * Why a file that is taken for a raw disk may be none; undefined for all others. A disc is a raw disk
 * with a mark, too, and no doubt.
 * @param declared Whether somebody said that it is raw: then its bytes were not asked.
 * @throws ImageError `io`.
 */
export function formatDoubt(layer: ImageLayer, declared: boolean): LayerReport["doubt"] {
  const { format, source, facts } = layer;
  if (format !== "raw" || facts.wrapping !== undefined) return undefined;
  const known = formats.find((each) => !["raw", "iso"].includes(each.id) && each.probe(source));
  const mark = known?.label ?? foreignFormat(source) ?? packedAs(source)?.id;
  if (mark !== undefined) return { kind: "holds-mark", format: mark };
  if (declared || flatExtent.test(source.name)) return undefined;
  const extension = /\.([^./\\]+)$/.exec(source.name)?.[1]?.toLowerCase() ?? "";
  const named = formats.find(
    ({ id, extensions }) => marked.has(id) && extensions.includes(extension),
  );
  return named && { kind: "header-missing", format: named.label };
}
