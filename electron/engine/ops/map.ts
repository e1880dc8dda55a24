import { checkRange, type DiskImage } from "../image/disk-image";
import type { ImageLayer } from "../image/layer";
import { createRunColumns } from "../image/run-columns";
import type { ByteSource } from "../io/source";
import { createMapBatch, mapState, type MapBatch } from "./map-batch";
import { createMapFiller } from "./map-filler";

/** One entry of `qemu-img map --output=json`; offsets and lengths in bytes. */
export interface MapEntry {
  readonly start: number;
  readonly length: number;
  /** Index of the layer that answers: `image.layers[depth]`. */
  readonly depth: number;
  /** Whether that layer holds an answer of its own. */
  readonly present: boolean;
  /** Whether it reads as zeros. */
  readonly zero: boolean;
  /** Whether it is stored as data. */
  readonly data: boolean;
  /** Where it lies in the layer's file; absent where nothing is stored, and for compressed and encrypted data. */
  readonly offset?: number;
  /** The file that `offset` counts in, when data lies in another one than the layer's own. */
  readonly file?: ByteSource;
}

/** One by one what `mapBatches` tells. @throws ImageError as `mapBatches`. */
export function* mapImage(
  image: DiskImage,
  at = 0,
  length = image.size - at,
): Generator<MapEntry, void, undefined> {
  for (const batch of mapBatches(image, at, length))
    for (let index = 0; index < batch.count; index += 1) yield entryIn(batch, index);
}

function entryIn(batch: MapBatch, index: number): MapEntry {
  const state = batch.state[index]!;
  const offset = batch.offset[index]!;
  const file = batch.file[index];
  return {
    start: batch.start[index]!,
    length: batch.length[index]!,
    depth: batch.depth[index]!,
    present: (state & mapState.present) !== 0,
    zero: (state & mapState.zero) !== 0,
    data: (state & mapState.data) !== 0,
    ...(offset >= 0 && { offset }),
    ...(file && { file }),
  };
}

/** Runs that are asked for at once where a layer tells many. */
const mostRuns = 4096;
/** Extents that are told one by one where it does not: those of one kind mostly lie together. */
const oneByOne = 64;

/**
 * The map of [at, at + length), by default of the whole disk, merged as qemu-img merges it; an
 * empty disk gives the one empty entry that qemu-img prints. Every batch is the same object, filled
 * anew; what an error comes behind is told before it is thrown.
 * @throws ImageError as `DiskImage.extents` does.
 */
export function* mapBatches(
  image: DiskImage,
  at = 0,
  length = image.size - at,
): Generator<MapBatch, void, undefined> {
  checkRange(at, length, image.size);
  const end = at + length;
  const batch = createMapBatch();
  const filler = createMapFiller(image, batch);
  const layer = layerOfColumns(image);
  const columns = layer && createRunColumns(mostRuns);
  function* full(): Generator<MapBatch, void, undefined> {
    batch.takeLast();
    yield batch;
    batch.putBack();
  }
  try {
    for (let from = at; from < end;) {
      if (columns) {
        from = layer.mapColumns(columns, from, end);
        while (!filler.putColumns(columns)) yield* full();
        if (from === end || columns.count === mostRuns) continue;
      }
      let left = columns ? oneByOne : Infinity;
      for (const extent of image.extents(from, end - from)) {
        while (!filler.putExtent(extent)) yield* full();
        from = extent.at + extent.run.length;
        left -= 1;
        if (left === 0) break;
      }
    }
  } catch (error) {
    // The last entry might have gone on.
    batch.takeLast();
    if (batch.count > 0) yield batch;
    throw error;
  }
  if (batch.count === 0) batch.add(at, 0, 0, 0, -1, undefined);
  yield batch;
}

/** The one layer of an image, where it tells runs in columns that are the map as it is. */
function layerOfColumns({ layers, broken }: DiskImage): LayerOfColumns | undefined {
  const [layer] = layers;
  if (layers.length > 1 || broken || layer?.source.derived === true) return undefined;
  return hasColumns(layer) ? layer : undefined;
}

type LayerOfColumns = ImageLayer & Required<Pick<ImageLayer, "mapColumns">>;

const hasColumns = (layer: ImageLayer | undefined): layer is LayerOfColumns =>
  layer?.mapColumns !== undefined;
