import type { FormatId } from "../../../shared/model/format";
import { ImageError } from "../errors";
import { formatById } from "../formats/registry";
import type { ParentRef } from "../image/layer";
import { openTopLayer } from "../image/open-image";
import { folderOf, resolveFrom } from "../io/paths";

/**
 * The backing file with all that a new image of `format` at `path` records of it: where children are
 * linked to their parents, what the parent says of itself.
 * @throws ImageError `invalid-argument` for a parent of another format, and what opening it throws.
 */
export function linkedParent(path: string, format: FormatId, backing: ParentRef): ParentRef {
  const { label, linksToParent } = formatById(format);
  if (linksToParent !== true) return backing;
  const name = backing.name.replace(/^file:/, "");
  const parent = openTopLayer({ path: resolveFrom(folderOf(path), name), grants: [] });
  try {
    if (parent.format !== format || parent.facts.wrapping !== undefined)
      throw new ImageError("invalid-argument", `The parent of a ${label} must be a ${label}`, {
        file: parent.source.name,
        expected: format,
        found: parent.format,
        hint: "Convert it first, or choose another format for the new image.",
      });
    return { ...backing, expects: { identity: parent.identity ?? {} } };
  } finally {
    parent.close();
  }
}
