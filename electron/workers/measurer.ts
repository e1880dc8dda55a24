import { parentPort, workerData } from "node:worker_threads";
import { createControl, measureTarget, measureVariants, toFailure } from "../engine";
import type { MeasuredSize, MeasuredVariant } from "../../shared/model/measure";
import { giveWay } from "./give-way";
import type { MeasureOrder, WorkerReply } from "./messages";
import { tellUp } from "./tell-up";

/**
 * The thread of one measurement: it begins with its order, answers once, and is ended from outside. One
 * that ends by itself first waits for work of V8, which in Electron may be that of a thread that is gone.
 */
parentPort?.on("message", () => {});
giveWay();
tellUp();
parentPort?.postMessage(answer(workerData as MeasureOrder));

function answer(order: MeasureOrder): WorkerReply<MeasuredVariant[] | MeasuredSize> {
  const { request, size, target } = order;
  try {
    const control = createControl(order.control);
    const value =
      target === undefined
        ? measureVariants(request, control, size)
        : measureTarget(request, target, control, size);
    return { ok: true, value };
  } catch (error) {
    return { ok: false, failure: toFailure(error) };
  }
}
