import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import type { FormatModel } from "../../shared/model/format";
import type { CreateRequest } from "../../shared/model/job";
import type { Failure } from "../../shared/model/report";
import {
  declaredFormat,
  folderOf,
  nameSeenFrom,
  wrappingExtensions,
  type ParentRef,
} from "../engine";
import { FailureError } from "../failure";
import { createCommand } from "../jobs/create-command";
import type { JobQueue } from "../jobs/queue";
import { suggestTarget } from "../jobs/target-name";
import type { TaskRunner } from "../workers/start-image-task";
import type { Inspector } from "../workers/start-inspector";
import type { Grants } from "./grants";
import type { Handlers } from "./table";
import { checkTarget, exists } from "./target";

type CreateCall =
  | "create.suggestTarget"
  | "create.checkTarget"
  | "create.measure"
  | "create.commandLine"
  | "create.start";

/** What the handlers ask. */
interface CreateParts {
  readonly formats: readonly FormatModel[];
  readonly queue: JobQueue;
  readonly grants: Pick<Grants, "list" | "usedBy">;
  readonly inspector: Pick<Inspector, "inspect">;
  readonly tasks: Pick<TaskRunner, "run">;
}

/** A new, empty image: what it would take, and the job that makes it. */
export function newImageHandlers(parts: CreateParts): Pick<Handlers, CreateCall> {
  const { formats, queue, grants, inspector, tasks } = parts;

  return {
    "create.suggestTarget": async ({ format, near, base }) => {
      const extension = formats.find(({ id }) => id === format)?.extensions[0] ?? format;
      const folder = folderOf(base ?? near ?? join(homedir(), "disk"));
      const name = base === undefined ? join(folder, "disk") : `${stemOf(base)}-overlay`;
      const target = await suggestTarget(name, extension, [], (path) =>
        queue.targets().includes(path) ? true : exists(path),
      );
      return { target };
    },
    "create.checkTarget": ({ target, base }) => checkTarget(base, target),
    "create.measure": async ({ format, size, options, base, target }) => {
      const backing = base === undefined ? undefined : await backingOf(base, target);
      return tasks.run("create.measure", { format, size, options, ...(backing && { backing }) });
    },
    "create.commandLine": async (request) => ({ command: await commandOf(request) }),
    "create.start": async (request) => {
      await requireSensible(request);
      const command = await commandOf(request);
      return { jobId: queue.add(request, command).id };
    },
  };

  /** The path without an extension that images have. */
  function stemOf(path: string): string {
    const known = [...formats.flatMap(({ extensions }) => extensions), ...wrappingExtensions];
    const extension = known.find((one) => path.toLowerCase().endsWith(`.${one}`));
    return extension === undefined ? path : path.slice(0, -extension.length - 1);
  }

  async function commandOf(request: CreateRequest): Promise<string> {
    const { base, target } = request;
    const { platform } = process;
    if (base === undefined) return createCommand(request, { trust: false, platform });
    const backing = await backingOf(base, target);
    return createCommand(request, { trust: grants.usedBy(base), platform, backing });
  }

  /** How a new image at `target` names its base. @throws FailureError when it cannot be a base. */
  async function backingOf(
    base: string,
    target: string,
  ): Promise<ParentRef & { readonly format: string }> {
    const { layers, broken } = await inspector.inspect({ path: base, grants: grants.list() });
    if (broken) throw new FailureError(broken.failure);
    const [top] = layers;
    if (top === undefined || top.facts.wrapping !== undefined) {
      const message = `${base} is packed, and cannot be a base.`;
      fail({ code: "unsupported", message, file: base, hint: "Unpack it first." });
    }
    return { name: nameSeenFrom(folderOf(target), base), format: declaredFormat(top) };
  }

  async function requireSensible({ target, format, base, replace }: CreateRequest): Promise<void> {
    for (const path of base === undefined ? [target] : [target, base]) {
      if (!isAbsolute(path))
        fail({ code: "invalid-argument", message: `${path} is no absolute path.`, file: path });
    }
    const model = formats.find(({ id }) => id === format);
    if (model?.writable !== true)
      fail({ code: "unsupported", message: `Lamina does not write the format ${format}.` });
    if (base !== undefined && !model.backing)
      fail({ code: "invalid-argument", message: `${model.label} images name no backing file.` });
    const found = await checkTarget(base, target);
    const file = target;
    if (found.isSource)
      fail({ code: "invalid-argument", message: "The new image would replace its base.", file });
    if (!found.folderExists)
      fail({ code: "missing-file", message: "The target's folder is not there.", file });
    if (found.exists && !replace)
      fail({ code: "exists", message: `${target} is there already.`, file });
    if (queue.targets().includes(target))
      fail({ code: "exists", message: `Another job is about to write ${target}.`, file });
  }
}

function fail(failure: Failure): never {
  throw new FailureError(failure);
}
