import type { ImageReport } from "../../../shared/model/report";
import type { ImageView } from "../../state/images";

/** Whether all the data of an image can be read, its chain included. */
export function isReadable(view: ImageView | undefined): boolean {
  if (view?.state !== "ready") return false;
  return view.report.broken === undefined && view.report.unreadable === undefined;
}

/**
 * About the most that a conversion writes, in bytes: the data the guest reads, or the whole disk
 * where its space is reserved. Undefined when the chain is broken.
 */
export function bytesToWrite(report: ImageReport, reserved: boolean): number | undefined {
  return reserved ? report.layers[0]?.virtualSize : report.throughChain;
}
