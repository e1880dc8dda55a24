import { isAbsolute } from "node:path";
import type { Handlers } from "./table";
import type { FormatModel } from "../../shared/model/format";
import type { ConvertRequest } from "../../shared/model/job";
import type { Failure } from "../../shared/model/report";
import { wrappingExtensions } from "../engine";
import { FailureError } from "../failure";
import { convertCommand, type CommandLineStyle } from "../jobs/command-line";
import type { JobQueue } from "../jobs/queue";
import { suggestTarget } from "../jobs/target-name";
import type { Grants } from "./grants";
import type { Openings } from "./openings";
import type { Inspector } from "../workers/start-inspector";
import { checkTarget, exists } from "./target";

type ConvertCall =
  "convert.suggestTarget" | "convert.checkTarget" | "convert.commandLine" | "convert.start";

/** What the handlers ask besides. */
interface ConvertParts {
  readonly inspector: Pick<Inspector, "inspect">;
  readonly openings: Openings;
  readonly platform: NodeJS.Platform;
}

export function convertHandlers(
  formats: readonly FormatModel[],
  queue: JobQueue,
  grants: Grants,
  { inspector, openings, platform }: ConvertParts,
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
    "convert.commandLine": async (asked) => ({ command: await commandOf(whole(asked)) }),
    "convert.start": async (asked) => {
      const request = whole(asked);
      await requireSensible(request);
      const command = await commandOf(request);
      return { jobId: queue.add(request, command).id };
    },
  };

  /** The request, with what its source was opened with. */
  function whole(asked: ConvertRequest): ConvertRequest {
    const { format, ...how } = openings.of(asked.source);
    return { ...how, ...(format !== undefined && { sourceFormat: format }), ...asked };
  }

  async function commandOf(request: ConvertRequest): Promise<string> {
    return convertCommand(request, await styleOf(request));
  }

  /** Looks into the source only for what the command line has to name of it. */
  async function styleOf({
    source,
    behind = [],
    snapshot,
    passphrase,
    member,
    keepBacking = false,
    sourceFormat,
  }: ConvertRequest): Promise<CommandLineStyle> {
    const found = openings.found(source);
    // One word stands for all that is read.
    const isCommon = behind.every((path) => openings.found(path) === found);
    const style = {
      trust: grants.usedBy(source),
      platform,
      ...(found !== undefined && isCommon && { sourceFormat: found }),
    };
    if (snapshot === undefined && passphrase === undefined && !keepBacking) return style;
    const { layers } = await inspector.inspect({
      path: source,
      grants: grants.list(),
      ...(passphrase !== undefined && { passphrase }),
      ...(member !== undefined && { member }),
      ...(sourceFormat !== undefined && { format: sourceFormat }),
    });
    const [image, backing] = layers;
    const taken = snapshot === undefined ? undefined : image?.facts.snapshots[snapshot];
    if (snapshot !== undefined && taken === undefined) {
      fail("invalid-argument", `The image has no snapshot ${snapshot}.`, source);
    }
    if (keepBacking && backing === undefined) {
      fail("invalid-argument", "The image has no backing file to keep.", source);
    }
    return {
      ...style,
      ...(image && passphrase !== undefined && { sourceFormat: image.format }),
      ...(taken && { snapshotId: taken.id }),
      ...(keepBacking && backing && { backing: { path: backing.path, format: backing.format } }),
    };
  }

  async function requireSensible(request: ConvertRequest) {
    const { source, behind = [], target, format, compress, replace } = request;
    for (const path of [source, ...behind, target]) {
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
    const others = await Promise.all(behind.map((path) => checkTarget(path, target)));
    if ([found, ...others].some(({ isSource }) => isSource)) {
      fail("invalid-argument", "The target is the source itself.", target);
    }
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
