import type { Failure } from "../../shared/model/report";
import type { JobRequest } from "../../shared/model/job";
import type { Verification } from "../../shared/model/receipt";
import type { ConvertResult, Grant, MeasureTarget, OpenRequest } from "../engine";
import type { imageTasks } from "./image-tasks";

/** What a worker thread answers: its value, or why there is none. */
export type WorkerReply<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Failure };

/** Asked of the inspector thread, one at a time. */
export type InspectOrder = OpenRequest;

/** Given to the inspector thread when it starts: what `loadWithCompiled` takes. */
export interface CompiledFolders {
  readonly chunks: string;
  readonly compiled: string;
}

/** Given to a measuring thread when it starts. */
export interface MeasureOrder {
  readonly request: OpenRequest;
  /** Bytes to grow the disk to; its own size when absent. */
  readonly size?: number;
  /** The one target to measure it for; every variant of every format when absent. */
  readonly target?: MeasureTarget;
  /** The words of the engine's Control. */
  readonly control: SharedArrayBuffer;
}

/** What a job thread answers; a new image has no sources. */
export interface Converted extends ConvertResult {
  readonly sources: readonly { readonly path: string; readonly fileLength: number }[];
  readonly verification?: Verification;
}

/** Given to a job thread when it starts. */
export interface JobOrder {
  readonly request: JobRequest;
  /** What the source's chain may use outside its own folders. */
  readonly grants: readonly Grant[];
  /** The words of the engine's Control. */
  readonly control: SharedArrayBuffer;
  /** Path of the copier thread's script. */
  readonly copierScript: string;
  /** As the engine's ConvertJob.mark. */
  readonly mark: string;
}

export type ImageTasks = typeof imageTasks;
export type TaskName = keyof ImageTasks;

/** Asked of the thread of one task. */
export interface TaskOrder {
  readonly task: TaskName;
  /** What that task takes. */
  readonly input: unknown;
  /** The words of the engine's Control. */
  readonly control: SharedArrayBuffer;
}
