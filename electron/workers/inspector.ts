import { parentPort } from "node:worker_threads";
import { reportImage, toFailure } from "../engine";
import type { ImageReport } from "../../shared/model/report";
import type { InspectOrder, WorkerReply } from "./messages";
import { tellUp } from "./tell-up";

/** The thread in which strangers' images are opened: one order, one answer. */
tellUp();
parentPort?.on("message", (order: InspectOrder) => parentPort?.postMessage(answer(order)));

function answer(order: InspectOrder): WorkerReply<ImageReport> {
  try {
    return { ok: true, value: reportImage(order) };
  } catch (error) {
    return { ok: false, failure: toFailure(error) };
  }
}
