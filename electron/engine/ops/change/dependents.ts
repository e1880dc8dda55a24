import type { Dependent, Dependents } from "../../../../shared/model/change";
import { ImageError } from "../../errors";
import { probeFormat } from "../../formats/registry";
import { closedGate, createGate } from "../../image/gate";
import type { ImageLayer } from "../../image/layer";
import { fileStatus, namesIn, openFile } from "../../io/file";
import { folderOf, resolveFrom } from "../../io/paths";

/** Files of one folder that are looked at. */
const mostFiles = 1000;

/**
 * The images in a base's folder that name it as their backing file or parent. Only their headers are
 * read. An image elsewhere is not found.
 * @param own The base's layer where it is open; images that look for their parent by what it is are
 *   found then, too.
 * @throws ImageError when the folder cannot be listed.
 */
export function dependentsOf(path: string, own?: ImageLayer): Dependents {
  const { identity } = fileStatus(path);
  const folder = folderOf(path);
  const names = namesIn(folder, mostFiles + 1);
  const images = names.slice(0, mostFiles).flatMap((name) => {
    const file = resolveFrom(folder, name);
    const found = identity === undefined ? undefined : dependentAt(file, identity, own);
    return found ? [found] : [];
  });
  return { images, complete: names.length <= mostFiles };
}

/** The image at `path` when it stands on the file with `identity`. What cannot be opened does not. */
function dependentAt(path: string, identity: string, own?: ImageLayer): Dependent | undefined {
  try {
    const status = fileStatus(path);
    if (status.kind !== "file" || status.identity === identity) return undefined;
    const layer = openHeader(path);
    try {
      const { parent } = layer;
      if (parent === undefined) return undefined;
      const { find, name, otherNames = [] } = parent;
      const stands =
        find !== undefined
          ? Object.entries(find).every(([key, values]) =>
              own?.identity?.[key]?.some((value) => values.includes(value)),
            )
          : [name, ...otherNames].some((each) => leadsTo(path, each, identity));
      return stands ? { path, format: layer.format, namedAs: name } : undefined;
    } finally {
      layer.close();
    }
  } catch (error) {
    if (error instanceof ImageError) return undefined;
    throw error;
  }
}

function openHeader(path: string): ImageLayer {
  const source = openFile(path);
  try {
    return probeFormat(source).open(source, closedGate);
  } catch (error) {
    source.close();
    throw error;
  }
}

/** Whether `name`, as the image at `from` writes it, is the file with `identity`. */
function leadsTo(from: string, name: string, identity: string): boolean {
  try {
    const path = createGate([]).resolve({ role: "backing-file", name, from });
    return fileStatus(path).identity === identity;
  } catch (error) {
    if (error instanceof ImageError) return false;
    throw error;
  }
}
