import { createMapper, type CellsQuestion } from "../../../../electron/engine";

export const KiB = 1024;
export const MiB = 1024 * KiB;
/** Bytes of a cluster of the images, and of a cell unless another size is asked for. */
export const cluster = 64 * KiB;

/** Asks for all cells of an image in this order; the answer has the cells' names and each class's bytes. */
export const askIn =
  (order: CellsQuestion["order"]) =>
  (path: string, more: Partial<CellsQuestion> = {}) => {
    const answer = createMapper().cells({
      request: { path, grants: [] },
      order,
      by: "kind",
      from: 0,
      cellSize: cluster,
      count: 65536,
      ...more,
    });
    const { shown, classes, totals } = answer;
    return {
      ...answer,
      names: Array.from(shown, (index) => classes[index] ?? "none"),
      bytes: Object.fromEntries(classes.map((name, i) => [name, totals[i]])),
    };
  };
