import { parentPort, workerData } from "node:worker_threads";
import { createControl, measureVariants, toFailure } from "../engine";
import type { MeasuredVariant } from "../../shared/model/measure";
import type { MeasureOrder, WorkerReply } from "./messages";

/** The thread of one measurement: it begins with its order, answers once, and ends. */
parentPort?.postMessage(answer(workerData as MeasureOrder));

function answer({ request, control }: MeasureOrder): WorkerReply<MeasuredVariant[]> {
  try {
    return { ok: true, value: measureVariants(request, createControl(control)) };
  } catch (error) {
    return { ok: false, failure: toFailure(error) };
  }
}
