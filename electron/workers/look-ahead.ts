import { isDeepStrictEqual } from "node:util";
import type { ImageReport } from "../../shared/model/report";
import type { InspectOrder } from "./messages";
import type { Inspector } from "./start-inspector";

/**
 * The inspector, with what it will be asked first already under way: the first order has that answer if
 * it is the same, and is a new one if not. Without an order its thread is started, and no more.
 */
export function lookAhead(inspector: Inspector, order: InspectOrder | undefined): Inspector {
  if (order === undefined) {
    inspector.warmUp();
    return inspector;
  }
  let ahead: Promise<ImageReport> | undefined = inspector.inspect(order);
  // Whoever asks hears of it.
  ahead.catch(() => undefined);
  return {
    ...inspector,
    inspect: (asked) => {
      const answer = isDeepStrictEqual(asked, order) ? ahead : undefined;
      ahead = undefined;
      return answer ?? inspector.inspect(asked);
    },
  };
}
