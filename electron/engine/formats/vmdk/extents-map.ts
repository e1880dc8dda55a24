import type { ImageLayer } from "../../image/layer";
import type { Extent } from "./extent";

/** The `map` of extents that lie one behind the other. A run ends with its extent. */
export function createExtentsMap(extents: readonly Extent[]): ImageLayer["map"] {
  const starts: number[] = [];
  let size = 0;
  for (const extent of extents) {
    starts.push(size);
    size += extent.size;
  }
  /** The extent of the last answer: the next question is mostly about it or its neighbour. */
  let index = 0;

  function find(guestAt: number): number {
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((starts[middle] ?? 0) <= guestAt) low = middle;
      else high = middle;
    }
    return low;
  }

  return (guestAt, max) => {
    const isHere = guestAt >= (starts[index] ?? 0) && guestAt < (starts[index + 1] ?? size);
    if (!isHere) index = find(guestAt);
    const extent = extents[index];
    if (extent === undefined) throw new RangeError(`byte ${guestAt} is past the disk's ${size}`);
    const at = guestAt - (starts[index] ?? 0);
    return extent.map(at, Math.min(max, extent.size - at));
  };
}
