import type { ConvertRequest } from "../../shared/model/job";
import type { Receipt } from "../../shared/model/receipt";
import type { FinishedJob } from "./queue";

/** The receipt of a conversion that went well. The passphrase of its request is not in it. */
export function receiptOf(finished: FinishedJob, toolVersion: string): Receipt {
  const { id, request, result, command, startedAt, seconds } = finished;
  const { sources, verification, salvaged, sourceChanged, ...sizes } = result;
  return {
    version: 1,
    id,
    kind: "convert",
    startedAt: startedAt.toISOString(),
    seconds,
    sources,
    target: { path: request.target, format: request.format, ...sizes },
    options: request.options,
    compress: request.compress,
    ...(verification && { verification }),
    ...(salvaged && { salvaged }),
    ...(isPart(request) && { part: true }),
    ...(sourceChanged && { sourceChanged }),
    command,
    toolVersion,
  };
}

const isPart = ({ snapshot, member, behind }: ConvertRequest): boolean =>
  snapshot !== undefined || member !== undefined || (behind?.length ?? 0) > 0;
