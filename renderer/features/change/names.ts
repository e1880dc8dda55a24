import type { ImageChange } from "../../../shared/model/change";
import { nameOf } from "../../api/paths";
import { useImages } from "../../state/images";

/** Paths of the image's chain, the image first; only itself while nothing else is known. */
export function chainOf(path: string): string[] {
  const view = useImages.getState().views[path];
  return view?.state === "ready" ? view.report.layers.map((layer) => layer.path) : [path];
}

/** Paths of the files of the chain that a change writes to. */
export function writtenBy(change: ImageChange): string[] {
  const chain = chainOf(change.path);
  const at = (...depths: number[]): string[] => depths.flatMap((depth) => chain[depth] ?? []);
  if (change.kind === "commit") return at(0, change.depth);
  if (change.kind !== "merge") return at(0);
  const { depth, into } = change;
  return into === "above" ? at(depth - 1) : at(depth - 1, depth, depth + 1);
}

/** Characters of a name that a title has room for. */
const longest = 44;

/** The files of a change as a title names them: long names without their middle. */
export function shortNamesIn(change: ImageChange): ReturnType<typeof namesIn> {
  const short = (name: string): string =>
    name.length <= longest ? name : `${name.slice(0, 26)}…${name.slice(-16)}`;
  const { name, base, above, below } = namesIn(change);
  return { name: short(name), base: short(base), above: short(above), below: short(below) };
}

/** The files of a change as its sentences name them. */
export function namesIn(change: ImageChange): {
  name: string;
  base: string;
  above: string;
  below: string;
} {
  const chain = chainOf(change.path).map(nameOf);
  const depth = change.kind === "commit" || change.kind === "merge" ? change.depth : 0;
  const base = change.kind === "rebase" ? nameOf(change.base) : (chain[depth] ?? "");
  return {
    name: nameOf(change.path),
    base,
    above: chain[depth - 1] ?? "",
    below: chain[depth + 1] ?? "",
  };
}
