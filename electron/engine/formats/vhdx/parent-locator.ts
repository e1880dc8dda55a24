import { guidText } from "../../codec/guid";
import { lastPart, withSlashes } from "../../codec/windows-path";
import type { ParentRef } from "../../image/layer";
import type { ByteSource } from "../../io/source";
import type { Item } from "./metadata-table";
import { utf16Text } from "./utf16";
import { vhdxError } from "./vhdx-error";

/** The one type of parent locator that there is ([MS-VHDX] 2.6.2.6.3): the parent is a VHDX file. */
const vhdxLocatorType = "b04aefb7-d19e-4a81-b789-25b8e9445913";
const entriesAt = 20;
const entrySize = 12;
/** Keys that are read at most, of which the specification knows five: each may have 128 KiB of text. */
const mostEntries = 64;

/** What a differencing disk says of its parent: keys and values as they are written. */
export type ParentLocator = ReadonlyMap<string, string>;

/**
 * Reads a parent locator.
 * @throws ImageError `unsupported` (another type of locator), `limit` (too many keys), `truncated`.
 */
export function readParentLocator(source: ByteSource, { at, bytes }: Item): ParentLocator {
  const type = guidText(bytes.bytes(0, 16));
  if (type !== vhdxLocatorType)
    throw vhdxError(
      "unsupported",
      source,
      at,
      `parent locators of type ${type} are not supported`,
      {
        expected: vhdxLocatorType,
        found: type,
      },
    );
  const count = bytes.u16(18);
  if (count > mostEntries)
    throw vhdxError("limit", source, at + 18, "the parent locator has too many keys", {
      expected: `at most ${mostEntries}`,
      found: count,
    });
  const entries = new Map<string, string>();
  for (let index = 0; index < count; index += 1) {
    const entry = entriesAt + index * entrySize;
    const key = bytes.bytes(bytes.u32(entry), bytes.u16(entry + 8));
    const value = bytes.bytes(bytes.u32(entry + 4), bytes.u16(entry + 10));
    entries.set(utf16Text(key), utf16Text(value));
  }
  return entries;
}

/**
 * The parent by its names: relative to the child first, because absolute ones are of the computer that
 * made them; then, where the file can be told from others, what these call it beside the child. It is the
 * parent when its DataWriteGuid is either of the linkages ([MS-VHDX] 2.6.2.6.3).
 */
export function parentOf(locator: ParentLocator | undefined): ParentRef | undefined {
  const named = (key: string): string[] => [locator?.get(key) ?? ""].filter((each) => each !== "");
  const relative = named("relative_path").map(withSlashes);
  const paths = [...relative, ...named("absolute_win32_path"), ...named("volume_path")];
  const linkages = [...named("parent_linkage"), ...named("parent_linkage2")];
  const guids = linkages.map((each) => each.replace(/^\{(.*)\}$/s, "$1").toLowerCase());
  const beside = guids.length > 0 ? paths.map(lastPart) : [];
  const [name, ...otherNames] = new Set([...paths, ...beside].filter((each) => each !== ""));
  if (name === undefined) return undefined;
  return {
    name,
    ...(otherNames.length > 0 && { otherNames }),
    format: "vhdx",
    ...(guids.length > 0 && { expects: { identity: { DataWriteGuid: guids } } }),
  };
}
