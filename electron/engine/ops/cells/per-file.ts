import type { ImageLayer } from "../../image/layer";

/** What is dear to find out of an image file, kept as long as the file stays as it is. */
export type PerFile<T> = (layer: ImageLayer, tick: () => void) => T;

/**
 * Keeps what `find` finds for the files that were asked for last, at most `most` of them.
 * @param find calls `tick` now and then, which throws to end it.
 */
export function keepPerFile<T>(most: number, find: PerFile<T>): PerFile<T> {
  // A Map keeps the order of insertion: the first key is the one that is kept for longest.
  const kept = new Map<string, T>();
  return (layer, tick) => {
    const { name, identity, size, modified } = layer.source;
    const key = JSON.stringify([name, identity, size, modified]);
    const known = kept.get(key);
    if (known !== undefined && modified !== undefined) return known;
    const found = find(layer, tick);
    for (const oldest of kept.keys()) if (kept.size >= most) kept.delete(oldest);
    kept.set(key, found);
    return found;
  };
}
