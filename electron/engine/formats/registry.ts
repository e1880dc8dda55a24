import { ImageError } from "../errors";
import type { ByteSource } from "../io/source";
import type { FormatModel } from "../../../shared/model/format";
import { foreignFormat } from "./foreign";
import type { Format } from "./format";
import { dmg } from "./dmg";
import { iso } from "./iso";
import { parallels } from "./parallels";
import { qcow } from "./qcow";
import { qcow2 } from "./qcow2";
import { raw } from "./raw";
import { vdi } from "./vdi";
import { vpc } from "./vhd";
import { vhdx } from "./vhdx";
import { vmdk } from "./vmdk";

/** Every format there is, in the order in which they are probed: raw, which accepts all, is last. */
export const formats: readonly Format[] = [
  qcow2,
  vmdk,
  vdi,
  vhdx,
  vpc,
  qcow,
  parallels,
  dmg,
  iso,
  raw,
];

/** The format of that id. @throws ImageError `unsupported` when there is none. */
export function formatById(id: string): Format {
  const format = formats.find((each) => each.id === id);
  if (format) return format;
  throw new ImageError("unsupported", `Format '${id}' is not supported`, {
    expected: formats.map((each) => each.id).join(", "),
    found: id,
  });
}

/**
 * The format that `source` is in, told by its bytes; raw when no other knows it.
 * @throws ImageError `unsupported` for a format that Lamina does not read, `io`.
 */
export function probeFormat(source: ByteSource): Format {
  const format = formats.find((each) => each.probe(source)) ?? raw;
  const foreign = format === raw ? foreignFormat(source) : undefined;
  if (foreign === undefined) return format;
  throw new ImageError("unsupported", `${source.name}: format '${foreign}' is not supported`, {
    file: source.name,
    expected: formats.map((each) => each.id).join(", "),
    found: foreign,
    hint: "Name the format raw to take the file as it is.",
  });
}

/** What the screens know of each format, as plain data. */
export function formatModels(): FormatModel[] {
  return formats.map(({ id, label, extensions, options, backing, compresses, create }) => ({
    id,
    label,
    extensions: [...extensions],
    writable: create !== undefined,
    backing,
    compresses: compresses === true,
    options: [...options],
  }));
}
