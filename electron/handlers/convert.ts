import { isAbsolute } from "node:path";
import type { Handlers } from "./table";
import type { FormatModel } from "../../shared/model/format";
import type { ConvertRequest } from "../../shared/model/job";
import type { Failure } from "../../shared/model/report";
import { wrappingExtensions } from "../engine";
import { FailureError } from "../failure";
import { convertCommand } from "../jobs/command-line";
import type { JobQueue } from "../jobs/queue";
import { suggestTarget } from "../jobs/target-name";
import type { Grants } from "./grants";
import { checkTarget, exists } from "./target";

type ConvertCall = "convert.suggestTarget" | "convert.checkTarget" | "convert.start";

export function convertHandlers(
  formats: readonly FormatModel[],
  queue: JobQueue,
  grants: Grants,
  platform: NodeJS.Platform,
): Pick<Handlers, ConvertCall> {
  const known = [...formats.flatMap(({ extensions }) => extensions), ...wrappingExtensions];

  return {
    "convert.suggestTarget": async ({ source, format }) => {
      const extension = formats.find(({ id }) => id === format)?.extensions[0] ?? format;
      // The target of a job that waits or runs is not there yet.
      const target = await suggestTarget(source, extension, known, (path) =>
        queue.targets().includes(path) ? true : exists(path),
      );
      return { target };
    },
    "convert.checkTarget": ({ source, target }) => checkTarget(source, target),
    "convert.start": async (request) => {
      await requireSensible(request);
      const trust = grants.usedBy(request.source);
      return { jobId: queue.add(request, convertCommand(request, { trust, platform })).id };
    },
  };

  async function requireSensible({ source, target, format, compress, replace }: ConvertRequest) {
    for (const path of [source, target]) {
      if (!isAbsolute(path)) fail("invalid-argument", `${path} is no absolute path.`, path);
    }
    const model = formats.find(({ id }) => id === format);
    if (model?.writable !== true) {
      fail("unsupported", `Lamina does not write the format ${format}.`, target);
    }
    if (compress && !model.compresses) {
      fail("invalid-argument", `Lamina does not compress the format ${format}.`, target);
    }
    const found = await checkTarget(source, target);
    if (found.isSource) fail("invalid-argument", "The target is the source itself.", target);
    if (!found.folderExists) fail("missing-file", "The target's folder is not there.", target);
    if (found.exists && !replace) fail("exists", `${target} is there already.`, target);
    if (queue.targets().includes(target)) {
      fail("exists", `Another conversion is about to write ${target}.`, target);
    }
  }
}

function fail(code: Failure["code"], message: string, file: string): never {
  throw new FailureError({ code, message, file });
}
