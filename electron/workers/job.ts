import { parentPort, workerData } from "node:worker_threads";
import {
  convert,
  createControl,
  createImage,
  createOverlay,
  fileStatus,
  ImageError,
  openSource,
  toFailure,
  verifyCopy,
  type Control,
  type Grant,
  type SourceRequest,
} from "../engine";
import type { ConvertRequest, CreateRequest } from "../../shared/model/job";
import type { Verification } from "../../shared/model/receipt";
import { giveWay } from "./give-way";
import type { Converted, JobOrder, WorkerReply } from "./messages";
import { sourceRequestOf } from "./source-request";
import { copiersEnded, mostCopiers, startCopierThread } from "./start-copier";
import { tellUp } from "./tell-up";

/**
 * The thread of one job: it begins with its order, answers once, and is ended from outside. One that
 * ends by itself first waits for what V8 compiles, and that may wait for memory which only it could tidy up.
 */
parentPort?.on("message", () => {});
giveWay();
tellUp();
const reply = answer(workerData as JobOrder);
void copiersEnded().then(() => parentPort?.postMessage(reply));

function answer(order: JobOrder): WorkerReply<Converted> {
  const { request } = order;
  try {
    const value = "source" in request ? converted(order, request) : created(order, request);
    return { ok: true, value };
  } catch (error) {
    return { ok: false, failure: toFailure(error) };
  }
}

/** Makes a new image, empty or as an overlay. */
function created(order: JobOrder, request: CreateRequest): Converted {
  const { target: path, format, size, options, base, replace } = request;
  const { grants, mark } = order;
  const control = createControl(order.control);
  const made =
    base === undefined
      ? createImage({ path, format, spec: { size, options }, replace, flush: true, mark, control })
      : createOverlay({
          base: { path: base, grants },
          path,
          name: "relative",
          options,
          size,
          replace,
          mark,
          control,
        });
  return { ...made, dataBytes: 0, sources: [] };
}

function converted(order: JobOrder, request: ConvertRequest): Converted {
  const { grants } = order;
  const control = createControl(order.control);
  const source = sourceRequestOf(request, grants);
  const { target, format, options, compress, keepZeros = false, replace } = request;
  const { keepBacking = false } = request;
  const result = convert({
    source,
    target,
    format,
    options,
    compress,
    keepZeros,
    ...(keepBacking && { keepBacking: 1 }),
    replace,
    flush: true,
    mark: order.mark,
    control,
    startCopier: startCopierThread(order.copierScript),
    copiers: mostCopiers(),
  });
  // What is replaced has been read by now, and the sizes are those of the files that were.
  const sources = source.images.map(({ path }) => ({ path, fileLength: fileStatus(path).size }));
  // What was read cannot be read again then, and the new image must not be blamed for it.
  const verifiable = request.verify && result.sourceChanged === undefined;
  const verification = verifiable ? verified(source, request, grants, control) : undefined;
  return { ...result, sources, ...(verification && { verification }) };
}

/**
 * Holds the new image against its source; undefined when that is cancelled: the image is complete
 * then, and only nobody has looked at it.
 */
function verified(
  source: SourceRequest,
  { target, format }: ConvertRequest,
  grants: readonly Grant[],
  control: Control,
): Verification | undefined {
  control.enter("verifying");
  const disk = openSource(source);
  try {
    // A kept backing file is the source's, wherever the new image lies.
    const known = [...grants, ...disk.layers.map((layer) => layer.source.name)];
    const copy = openSource({ images: [{ path: target, format, grants: known }] });
    try {
      return verifyCopy(disk, copy, control);
    } finally {
      copy.close();
    }
  } catch (error) {
    if (error instanceof ImageError && error.code === "cancelled") return undefined;
    throw error;
  } finally {
    disk.close();
  }
}
