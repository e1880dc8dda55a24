import { stat } from "node:fs/promises";
import type { ConvertRequest } from "../../shared/model/job";
import type { Receipt } from "../../shared/model/receipt";
import type { FinishedJob } from "./queue";

/**
 * The receipt of a conversion that went well. The passphrase of its request is not in it.
 * @param born When the file of the new image was made, where the host says so (`Receipt`).
 */
export function receiptOf(finished: FinishedJob, toolVersion: string, born?: number): Receipt {
  const { id, request, result, command, startedAt, seconds } = finished;
  const { sources, verification, salvaged, sourceChanged, ...sizes } = result;
  return {
    version: 1,
    id,
    kind: "convert",
    startedAt: startedAt.toISOString(),
    seconds,
    sources,
    target: {
      path: request.target,
      format: request.format,
      ...sizes,
      ...(born !== undefined && { born }),
    },
    options: request.options,
    compress: request.compress,
    ...(verification && { verification }),
    ...(salvaged && { salvaged }),
    part: isPart(request),
    ...(sourceChanged && { sourceChanged }),
    command,
    toolVersion,
  };
}

const isPart = ({ snapshot, member, behind }: ConvertRequest): boolean =>
  snapshot !== undefined || member !== undefined || (behind?.length ?? 0) > 0;

/** When a file was made, in milliseconds since 1970; undefined where the host does not say. */
export async function birthOf(path: string): Promise<number | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found === undefined || found.birthtimeMs <= 0 ? undefined : found.birthtimeMs;
}
