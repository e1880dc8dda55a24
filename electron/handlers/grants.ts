import { FailureError } from "../failure";
import type { ImageReport } from "../../shared/model/report";

/** Which files outside their image's folder the user has allowed, until Lamina quits. */
export interface Grants {
  /** Absolute paths. */
  list(): string[];
  /** Takes note of what an inspection met: only a file that was refused there can be granted. */
  note(report: ImageReport): void;
  /** Allows the file that `from` names as `name`. @throws FailureError when none was refused. */
  allow(from: string, name: string): void;
  /** Whether the image at `path`, as last inspected, is whole only thanks to a grant. */
  usedBy(path: string): boolean;
}

export function createGrants(): Grants {
  const granted = new Set<string>();
  /** Refused paths by what names them. */
  const refused = new Map<string, string>();
  /** Images by path, those of whose files one was granted. */
  const users = new Set<string>();

  return {
    list: () => [...granted],
    note: ({ path, layers, broken }) => {
      if (layers.some((layer) => granted.has(layer.path))) users.add(path);
      else users.delete(path);
      if (broken?.path !== undefined && broken.failure.code === "refused") {
        refused.set(keyOf(broken.from, broken.name), broken.path);
      }
    },
    allow: (from, name) => {
      const path = refused.get(keyOf(from, name));
      if (path === undefined) {
        throw new FailureError({
          code: "invalid-argument",
          message: `No image asked for ${name} and was refused.`,
          file: from,
        });
      }
      granted.add(path);
    },
    usedBy: (path) => users.has(path),
  };
}

function keyOf(from: string, name: string): string {
  return `${from}\0${name}`;
}
