import type { MapClass } from "../../../../shared/model/map";
import { ImageError } from "../../errors";
import { stackLayers, type DiskImage, type Extent } from "../../image/disk-image";
import type { ImageLayer } from "../../image/layer";
import { hostRunAt } from "../stored-extents";

/** Hears of a stretch in ascending order: bytes, and the place of its class in the list. */
export type Visit = (at: number, length: number, classIndex: number) => void;

/** What the guest's bytes may be, by kind; the order is that of the numbers that `Visit` gets. */
export const guestKinds = [
  "unallocated",
  "zero",
  "data",
  "compressed",
  "missing",
  "unreadable",
] as const satisfies readonly MapClass[];

const [unallocated, zero, data, compressed, missing, unreadable] = [0, 1, 2, 3, 4, 5];

/** Layers that have a class of their own; a cell's class is one byte. Those below count as the last. */
const mostLayers = 250;

/** What the guest's bytes may be, by the layer that answers: nobody, what cannot be told, the layers. */
export const layerClasses = ({ layers }: DiskImage): MapClass[] => [
  "unallocated",
  "missing",
  "unreadable",
  ...layers.slice(0, mostLayers).map((_, depth) => `layer-${depth}` as const),
];

/** The class by layer of a stretch of a kind. */
export function layerClassOf(kind: number, depth: number): number {
  if (kind === unallocated) return 0;
  if (kind === missing || kind === unreadable) return kind === missing ? 1 : 2;
  return 3 + Math.min(depth, mostLayers - 1);
}

/** How a walk over a disk goes. */
export interface Walk {
  /**
   * Bytes that are given up at once where the tables are damaged: a multiple of what the format keeps
   * together.
   */
  readonly step: number;
  /** Whether what the layer calls data may lie in holes of its file, so that the host is to be asked. */
  isThin(layer: ImageLayer): boolean;
  /** Called now and then. @throws to end the walk. */
  tick(): void;
}

/** Extents between two ticks. */
const betweenTicks = 1024;

/**
 * Tells of each stretch of [from, to) of the guest's disk its kind and the layer that answers. Damaged
 * tables do not end it: what they hide is unreadable.
 * @throws ImageError `passphrase`, `cancelled`.
 */
export function walkGuest(
  image: DiskImage,
  from: number,
  to: number,
  walk: Walk,
  visit: (extent: Pick<Extent, "at" | "depth">, length: number, kind: number) => void,
): void {
  for (const layer of image.layers) layer.requireReadable?.();
  // A broken chain answers as far as it goes; what lies behind is known to be missing.
  const disk = stackLayers(image.layers);
  const kindOf = kindsOf(image, walk);
  let at = from;
  let reach = Infinity;
  let untilTick = betweenTicks;

  function goTo(end: number): void {
    for (const extent of disk.extents(at, end - at)) {
      kindOf(extent, (skipped, length, kind) =>
        visit({ at: extent.at + skipped, depth: extent.depth }, length, kind),
      );
      at = extent.at + extent.run.length;
      if (--untilTick > 0) continue;
      untilTick = betweenTicks;
      walk.tick();
    }
  }

  while (at < to) {
    const end = Math.min(to, alignDown(at + reach, walk.step));
    try {
      goTo(end);
      reach *= 2;
    } catch (error) {
      if (!(error instanceof ImageError) || error.code === "cancelled") throw error;
      // An extent is told when the next is known: what comes before the damage is asked for again.
      if (end - at > walk.step) {
        reach = Math.max(walk.step, (end - at) / 2);
      } else {
        visit({ at, depth: 0 }, end - at, unreadable);
        at = end;
        reach = walk.step;
      }
      walk.tick();
    }
  }
}

const alignDown = (at: number, step: number): number =>
  at === Infinity ? at : Math.floor(at / step) * step;

/** Tells the parts of an extent apart: skipped bytes, length, kind. */
function kindsOf(
  { layers, broken }: DiskImage,
  { isThin }: Walk,
): (extent: Extent, visit: Visit) => void {
  const thin = layers.map(isThin);
  // Where every byte has its place from the start, zeros that have one are a hole of the file.
  const placed = layers.map(
    ({ preallocated, blockSize }) => preallocated === true || blockSize === 1,
  );
  return ({ depth, run }, visit) => {
    const { kind, length } = run;
    if (kind === "encoded") return visit(0, length, compressed);
    const hole = placed[depth] === true ? unallocated : zero;
    if (kind === "zero") return visit(0, length, run.at === undefined ? zero : hole);
    if (kind === "unallocated") {
      const unknown = broken !== undefined && depth === layers.length - 1;
      return visit(0, length, unknown ? missing : unallocated);
    }
    if (run.source.derived === true || thin[depth] !== true) return visit(0, length, data);
    for (let done = 0; done < length;) {
      const part = hostRunAt(run.source, run.at + done, length - done);
      visit(done, part.length, part.hole ? hole : data);
      done += part.length;
    }
  };
}
