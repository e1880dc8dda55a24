import { randomUUID } from "node:crypto";
import { statfs } from "node:fs/promises";
import { dirname, isAbsolute } from "node:path";
import { createControl, samplesSize, type Control } from "../engine";
import { FailureError } from "../failure";
import type { EmitEvent } from "../ipc/dispatch";
import { sampleFolderIn, samplesIn, sweepSamples } from "../workers/sample-folder";
import type { TaskRunner } from "../workers/start-image-task";
import type { Handlers } from "./table";

type SampleCall = `samples.${"place" | "choosePlace" | "make" | "stop"}`;

/** What making samples asks of the desktop. */
export interface SampleParts {
  /** The user's folder for documents, an absolute path. */
  documents(): string;
  /** A folder that the user chose; undefined when cancelled. */
  chooseFolder(): Promise<string | undefined>;
}

const LOOK_MS = 100;

/** The sample set: where it goes, and making it, one at a time. */
export function sampleHandlers(
  tasks: TaskRunner,
  parts: SampleParts,
  emit: EmitEvent,
): Pick<Handlers, SampleCall> {
  let making: Control | undefined;

  async function make(parent: string): Promise<string[]> {
    const there = samplesIn(parent);
    if (there.length > 0) return there;
    if (making !== undefined)
      throw new FailureError({ code: "in-use", message: "The samples are being made already." });
    const control = (making = createControl());
    const timer = setInterval(
      () => emit("samples.making", { done: control.done, total: control.total }),
      LOOK_MS,
    );
    try {
      return await tasks.run("samples.make", { parent, mark: randomUUID() }, control);
    } catch (error) {
      // A thread that died has left what it had.
      sweepSamples(parent);
      throw error;
    } finally {
      clearInterval(timer);
      making = undefined;
    }
  }

  return {
    "samples.place": async ({ parent = parts.documents() }) => ({
      folder: sampleFolderIn(parent),
      there: samplesIn(parent).length > 0,
      size: samplesSize,
      ...(await freeIn(parent)),
    }),
    "samples.choosePlace": async () => {
      const parent = await parts.chooseFolder();
      return parent === undefined ? {} : { parent };
    },
    "samples.make": async ({ parent = parts.documents() }) => {
      if (!isAbsolute(parent))
        throw new FailureError({
          code: "invalid-argument",
          message: `${parent} is no absolute path.`,
          file: parent,
        });
      return { paths: await make(parent) };
    },
    "samples.stop": () => making?.cancel(),
  };
}

/** Bytes free in a folder, or where it would be made; nothing where the host does not say. */
async function freeIn(folder: string): Promise<{ free?: number }> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return { free: bavail * bsize };
  } catch {
    const above = dirname(folder);
    return above === folder ? {} : freeIn(above);
  }
}
