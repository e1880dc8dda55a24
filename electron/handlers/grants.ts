import { dirname, isAbsolute, parse, relative } from "node:path";
import type { Grant } from "../engine";
import { FailureError } from "../failure-error";
import type { BrokenLink, Failure, ImageReport } from "../../shared/model/report";

/** What images may open outside their own folders. */
export interface Grants {
  /** The files allowed until Lamina quits, and the folders that are trusted. */
  list(): Grant[];
  /** Takes note of what an inspection met: only a file that was refused there can be granted. */
  note(report: ImageReport): void;
  /** The same for an inspection that failed. */
  noteFailure(failure: Failure): void;
  /** Where the file lies that `from` names as `name`. @throws FailureError when none was refused. */
  refused(from: string, name: string): string;
  /** Allows that file until Lamina quits. @throws FailureError when none was refused. */
  allow(from: string, name: string): void;
  /** Forgets which files were allowed. */
  clear(): void;
  /** Whether the image at `path`, as last inspected, is whole only thanks to a grant. */
  usedBy(path: string): boolean;
}

/** @param trusted Absolute paths of the folders whose files any image may have opened, links resolved. */
export function createGrants(trusted: () => readonly string[] = () => []): Grants {
  const granted = new Set<string>();
  /** The images one of whose files of data, which are no layers, was granted. */
  const granting = new Set<string>();
  /** What was refused, by what names it. */
  const refusals = new Map<string, { path: string; isLayer: boolean }>();
  /** Images by path, those of whose files one was granted. */
  const users = new Set<string>();

  // Whoever edits the settings by hand may not trust everything with one line.
  const folders = (): string[] =>
    trusted().filter((folder) => isAbsolute(folder) && parse(folder).root !== folder);

  function noteRefusal(failure: Failure | undefined, link?: BrokenLink): void {
    if (failure?.reference === undefined) return;
    const { from, name, path } = failure.reference;
    const isLayer = from === link?.from && name === link.name;
    refusals.set(keyOf(from, name), { path, isLayer });
  }

  function refusalOf(from: string, name: string): { path: string; isLayer: boolean } {
    const refusal = refusals.get(keyOf(from, name));
    if (refusal === undefined) {
      throw new FailureError({
        code: "invalid-argument",
        message: `No image asked for ${name} and was refused.`,
        file: from,
      });
    }
    return refusal;
  }

  return {
    list: () => [...granted, ...folders().map((folder) => ({ folder }))],
    note: ({ path, layers, broken, unreadable }) => {
      noteRefusal(broken?.failure, broken);
      noteRefusal(unreadable);
      const needed = layers.some((layer, depth) => {
        const above = layers[depth - 1];
        return (
          granted.has(layer.path) ||
          granting.has(layer.path) ||
          (above !== undefined &&
            !isIn(dirname(above.path), layer.path) &&
            folders().some((folder) => isIn(folder, layer.path)))
        );
      });
      if (needed) users.add(path);
      else users.delete(path);
    },
    noteFailure: (failure) => noteRefusal(failure),
    refused: (from, name) => refusalOf(from, name).path,
    allow: (from, name) => {
      const { path, isLayer } = refusalOf(from, name);
      granted.add(path);
      if (!isLayer) granting.add(from);
    },
    clear: () => {
      granted.clear();
      granting.clear();
    },
    usedBy: (path) => users.has(path),
  };
}

function isIn(folder: string, path: string): boolean {
  const rest = relative(folder, path);
  return !isAbsolute(rest) && !/^\.\.($|[/\\])/.test(rest);
}

function keyOf(from: string, name: string): string {
  return `${from}\0${name}`;
}
