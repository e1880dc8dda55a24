import type { Domains, DomainsRequest, DomainUse } from "../../../../shared/model/domains";
import type { XmlElement } from "../../codec/xml";
import { ImageError } from "../../errors";
import { fileStatus, realPathOf } from "../../io/file";
import { baseNameOf, folderOf, resolveFrom } from "../../io/paths";
import { childOf, xmlFilesIn } from "../xml-files";
import { findingsOf } from "./findings";

/** Uses that are told; an image that more VMs share shows the first. */
const mostUses = 100;

/**
 * Which VMs use an image, by the domain XML in libvirt's folders and beside the image. What cannot be
 * read or is something else is passed over; whether a VM runs is not written there.
 * @param folders Absolute paths where libvirt keeps its definitions.
 */
export function domainsOf(request: DomainsRequest, folders: readonly string[]): Domains {
  const { path } = request;
  const unreadable = new Set<string>();
  const uses: DomainUse[] = [];
  const own = folderOf(path);
  const isOf = imageTest(path);

  for (const folder of new Set([...folders, own])) {
    // What lies beside a stranger's image may not make us look at any place that it likes to name.
    const known = folder !== own || folders.includes(own);
    for (const { path: file, root } of xmlFilesIn(
      folder,
      () => true,
      () => known && unreadable.add(folder),
    ))
      for (const disk of disksOf(root)) {
        if (uses.length >= mostUses) return { uses, unreadable: [...unreadable] };
        const source = childOf(disk, "source")?.attributes.get("file");
        const match = source === undefined ? undefined : isOf(resolveFrom(folder, source), known);
        if (source !== undefined && match !== undefined)
          uses.push(describedUse(file, root, disk, { source, here: match === "same" }, request));
      }
  }
  return { uses, unreadable: [...unreadable] };
}

type Match = "same" | "name";

/**
 * Whether a path leads to the image. One that only ends alike does so when it is the same file, or,
 * in a definition that was moved together with the image, is the name of it at its old place.
 */
function imageTest(image: string): (path: string, known: boolean) => Match | undefined {
  const names = new Set([resolveFrom(folderOf(image), image), realNameOf(image)]);
  const { identity } = fileStatus(image);
  return (path, known) => {
    if (names.has(path)) return "same";
    if (baseNameOf(path) !== baseNameOf(image)) return undefined;
    if (!known) return "name";
    return identity !== undefined && identityOf(path) === identity ? "same" : undefined;
  };
}

function realNameOf(path: string): string {
  return quietly(() => realPathOf(path)) ?? path;
}

function identityOf(path: string): string | undefined {
  return quietly(() => fileStatus(path).identity);
}

function quietly<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (error instanceof ImageError) return undefined;
    throw error;
  }
}

/** The disks of a definition: `domain`, or `domstatus` around one where libvirt notes what runs. */
function disksOf(root: XmlElement): readonly XmlElement[] {
  const domain = domainIn(root);
  const devices = domain.name === "domain" ? childOf(domain, "devices") : undefined;
  return devices?.children.filter(({ name }) => name === "disk") ?? [];
}

const domainIn = (root: XmlElement): XmlElement =>
  root.name === "domstatus" ? (childOf(root, "domain") ?? root) : root;

function describedUse(
  file: string,
  root: XmlElement,
  disk: XmlElement,
  { source, here }: { readonly source: string; readonly here: boolean },
  image: DomainsRequest,
): DomainUse {
  const domain = domainIn(root);
  const uuid = childOf(domain, "uuid")?.text;
  const target = childOf(disk, "target")?.attributes;
  const driver = childOf(disk, "driver");
  const given = {
    uuid: uuid === "" ? undefined : uuid,
    target: target?.get("dev"),
    bus: target?.get("bus"),
    driverType: driver?.attributes.get("type"),
  };
  return {
    file,
    name: childOf(domain, "name")?.text || baseNameOf(file).replace(/\.xml$/, ""),
    device: disk.attributes.get("device") ?? "disk",
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    source,
    findings: findingsOf({ driver, source: childOf(disk, "source"), here }, image),
  };
}
