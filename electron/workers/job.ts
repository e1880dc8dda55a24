import { parentPort, workerData } from "node:worker_threads";
import { convert, createControl, toFailure, type ConvertResult } from "../engine";
import type { ConvertOrder, WorkerReply } from "./messages";
import { mostCopiers, startCopierThread } from "./start-copier";

/** The thread of one conversion: it begins with its order, answers once, and ends. */
parentPort?.postMessage(answer(workerData as ConvertOrder));

function answer(order: ConvertOrder): WorkerReply<ConvertResult> {
  const { source, target, format, options, compress, replace } = order.request;
  try {
    const value = convert({
      source: { images: [{ path: source, grants: order.grants }] },
      target,
      format,
      options,
      compress,
      replace,
      flush: true,
      control: createControl(order.control),
      startCopier: startCopierThread(order.copierScript),
      copiers: mostCopiers(),
    });
    return { ok: true, value };
  } catch (error) {
    return { ok: false, failure: toFailure(error) };
  }
}
