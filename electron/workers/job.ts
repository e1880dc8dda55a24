import { parentPort, workerData } from "node:worker_threads";
import {
  convert,
  createControl,
  fileStatus,
  ImageError,
  openSource,
  toFailure,
  verifyCopy,
  type Control,
  type Grant,
  type SourceRequest,
} from "../engine";
import type { ConvertRequest } from "../../shared/model/job";
import type { Verification } from "../../shared/model/receipt";
import type { Converted, ConvertOrder, WorkerReply } from "./messages";
import { sourceRequestOf } from "./source-request";
import { mostCopiers, startCopierThread } from "./start-copier";

/**
 * The thread of one conversion: it begins with its order, answers once, and is ended from outside. One
 * that ends by itself first waits for work of V8, which in Electron may be that of a thread that is gone.
 */
parentPort?.on("message", () => {});
parentPort?.postMessage(answer(workerData as ConvertOrder));

function answer(order: ConvertOrder): WorkerReply<Converted> {
  const { request, grants } = order;
  try {
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
    const verification = request.verify ? verified(source, request, grants, control) : undefined;
    return { ok: true, value: { ...result, sources, ...(verification && { verification }) } };
  } catch (error) {
    return { ok: false, failure: toFailure(error) };
  }
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
