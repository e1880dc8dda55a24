import { reportImage, toFailure } from "../engine";
import type { ImageReport } from "../../shared/model/report";
import type { InspectOrder, WorkerReply } from "./messages";

// Loaded with what the thread works with, not before that.
export { tellUp } from "./tell-up";

/** Opens an image and tells of it; never throws. */
export function inspect(order: InspectOrder): WorkerReply<ImageReport> {
  try {
    return { ok: true, value: reportImage(order) };
  } catch (error) {
    return { ok: false, failure: toFailure(error) };
  }
}
