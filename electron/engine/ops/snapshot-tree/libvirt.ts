import type { XmlElement } from "../../codec/xml";
import { baseNameOf, folderOf } from "../../io/paths";
import { childOf, xmlFilesIn } from "../xml-files";

/** What libvirt noted of one snapshot (its domainsnapshot XML). */
export interface LibvirtSnapshot {
  readonly name: string;
  /** The name of the snapshot it was taken on; absent for the first. */
  readonly parent?: string;
  /** Whether the disk goes on from it. */
  readonly current: boolean;
}

/**
 * Reads libvirt's notes of an image's snapshots: all XML files in `folder` (libvirt's own is
 * …/qemu/snapshot/DOMAIN), else those beside the image whose names begin with its own. What cannot be
 * read or is something else is passed over: the notes are an extra.
 */
export function libvirtSnapshots(image: string, folder?: string): LibvirtSnapshot[] {
  const own = `${baseNameOf(image)}.`;
  const wanted = (name: string) => folder !== undefined || name.startsWith(own);
  const files = [...xmlFilesIn(folder ?? folderOf(image), wanted)];
  return files.flatMap(({ root }) => noteOf(root) ?? []);
}

/** libvirt keeps a snapshot as `domainsnapshot`, beside it or around it what it knows of the domain. */
function noteOf(root: XmlElement): LibvirtSnapshot | undefined {
  if (root.name !== "domainsnapshot") return undefined;
  const name = childOf(root, "name")?.text;
  if (name === undefined || name === "") return undefined;
  const above = childOf(root, "parent");
  const parent = above && childOf(above, "name")?.text;
  const current = childOf(root, "active")?.text === "1";
  return { name, current, ...(parent !== undefined && parent !== "" && { parent }) };
}

/**
 * The parents that libvirt's notes name, by place in `names`: undefined where they say nothing, null
 * for none. A name that two snapshots have says nothing. Parents that are gone are passed over.
 */
export function notedParents(
  notes: readonly LibvirtSnapshot[],
  names: readonly string[],
): (number | null | undefined)[] {
  const byName = new Map(notes.map((note) => [note.name, note]));
  const placeOf = (name: string): number | undefined => {
    const place = names.indexOf(name);
    return place >= 0 && names.lastIndexOf(name) === place ? place : undefined;
  };
  return names.map((name) => {
    const note = byName.get(name);
    if (note === undefined || placeOf(name) === undefined) return undefined;
    const seen = new Set<string>([name]);
    for (let above = note.parent; above !== undefined && !seen.has(above);) {
      seen.add(above);
      const place = placeOf(above);
      if (place !== undefined) return place;
      const next = byName.get(above);
      // Neither in the image nor noted: whose child that was is not known.
      if (next === undefined) return undefined;
      above = next.parent;
    }
    return null;
  });
}
