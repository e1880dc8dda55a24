import type { MapCells, MapColouring, MapOrder, MapPlace } from "../../../../shared/model/map";
import type { DiskImage } from "../../image/disk-image";
import { openImage, type OpenRequest } from "../../image/open-image";
import type { Control } from "../control";
import { storesLessThanItMaps } from "../map-filler";
import type { Walk } from "./guest-stretches";
import { createHostCache } from "./host-views";
import { keepPerFile } from "./per-file";
import { describeGuest, describeHost } from "./place";
import { cellRow, createTally } from "./tally";
import { unavailableViews, unitOf, viewOf } from "./views";

/** How an image is looked at. */
export interface MapLook {
  readonly request: OpenRequest;
  readonly order: MapOrder;
  readonly by: MapColouring;
}

/** Which cells are asked for: `count` (at most `mostCells`) of `cellSize` bytes each from byte `from` on. */
export interface CellsQuestion extends MapLook {
  readonly from: number;
  readonly cellSize: number;
  readonly count: number;
}

/** Which cell is asked for: the `length` bytes from byte `at` on. */
export interface PlaceQuestion extends MapLook {
  readonly at: number;
  readonly length: number;
}

/** Answers questions about maps of images; what is dear to find out it keeps for the next question. */
export interface Mapper {
  /**
   * What lies in each cell of a row, for a map of the whole disk or a part of it.
   * @throws ImageError as `openImage`; `invalid-argument` for a way to look that `unavailable` names;
   *   `passphrase`; `cancelled`; damage of the tables, where the map cannot go around it.
   */
  cells(question: CellsQuestion, control?: Control): MapCells;
  /** What one cell's colour stands for. @throws ImageError as `cells`. */
  place(question: PlaceQuestion, control?: Control): MapPlace;
}

/** Files of which it is kept whether they store less than they map: those of the longest chain. */
const mostThin = 256;

export function createMapper(): Mapper {
  const host = createHostCache();
  const thin = keepPerFile(mostThin, (layer) => layer.preallocated ?? storesLessThanItMaps(layer));

  /** @param step as `Walk.step` */
  function walkBy(step: number, tick: () => void): Walk {
    return { step, tick, isThin: (layer) => thin(layer, tick) };
  }

  function withImage<T>({ request }: MapLook, control: Control | undefined, answer: Answer<T>): T {
    control?.throwIfCancelled();
    const image = openImage(request);
    try {
      return answer(image, () => control?.throwIfCancelled());
    } finally {
      image.close();
    }
  }

  return {
    cells: (question, control) =>
      withImage(question, control, (image, tick) => {
        const { order, by, from, cellSize, count } = question;
        const view = viewOf(image, order, by, host);
        const row = cellRow(from, cellSize, count, view.size);
        const tally = createTally(row, view.classes);
        if (row.count > 0)
          view.walk(from, row.end, walkBy(stepFor(unitOf(image), cellSize / 16), tick), tally.add);
        tally.fillUp();
        return {
          size: view.size,
          unit: unitOf(image),
          classes: [...view.classes],
          ...tally.result(),
          unavailable: unavailableViews(image, order),
        };
      }),
    place: (question, control) =>
      withImage(question, control, (image, tick) => {
        const { order, by } = question;
        const view = viewOf(image, order, by, host);
        const walk = walkBy(stepFor(unitOf(image), question.length / 4096), tick);
        const describe = order === "guest" ? describeGuest : describeHost;
        return describe({ image, view, walk, host }, question);
      }),
  };
}

type Answer<T> = (image: DiskImage, tick: () => void) => T;

/** How much is given up at once where the tables are damaged: `wanted` bytes in whole units. */
const stepFor = (unit: number, wanted: number): number =>
  Math.max(1, Math.floor(wanted / unit)) * unit;
