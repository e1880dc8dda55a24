import { create } from "zustand";
import type { CallInput, EventPayload } from "../../shared/ipc/contract";
import type { SpeedPattern, SpeedResult } from "../../shared/model/read-speed";
import type { Failure } from "../../shared/model/report";
import { call, toFailure } from "../api/client";

/** What is read: the disk through the image, the image's file as it lies there, or a raw file beside it. */
export type SpeedSubject = "disk" | "file" | "raw";

/** One figure that is wanted. */
export interface SpeedRun {
  readonly subject: SpeedSubject;
  readonly pattern: SpeedPattern;
}

/** A figure that was measured. */
export interface SpeedFigure extends SpeedRun {
  readonly result: SpeedResult;
}

interface SpeedState {
  /** Path of the image that this is about. */
  readonly path: string | undefined;
  /** A raw file to read besides; absent for none. */
  readonly raw: string | undefined;
  /** Seconds that one reading may take. */
  readonly seconds: number;
  readonly figures: readonly SpeedFigure[];
  /** What is being read; `done` of `total` bytes, both passes counted. */
  readonly running: (SpeedRun & { readonly done: number; readonly total: number }) | undefined;
  readonly failure: Failure | undefined;
  /** Whether the last measurement was given up before its end. */
  readonly cancelled: boolean;
  /** Takes note of the image on the page; the figures of another are forgotten. */
  follow: (path: string) => void;
  setRaw: (path: string | undefined) => void;
  setSeconds: (seconds: number) => void;
  /** Measures all, one after the other; figures come as they are there. */
  start: () => Promise<void>;
  /** Gives up; what was measured stays. */
  stop: () => Promise<void>;
  /** Takes in how far the reading is. */
  progressed: (progress: EventPayload<"speed.measuring">) => void;
}

const patterns: readonly SpeedPattern[] = ["sequential", "random"];

/** What is measured, in this order. */
export function runsOf(raw: string | undefined): SpeedRun[] {
  const subjects: SpeedSubject[] = ["disk", "file", ...(raw === undefined ? [] : ["raw" as const])];
  return patterns.flatMap((pattern) => subjects.map((subject) => ({ subject, pattern })));
}

/** How fast images are read. One is measured at a time. */
export const useSpeed = create<SpeedState>()((set, get) => {
  /** The number of the latest measurement: what an older one comes to is not shown. */
  let latest = 0;

  const nothing = {
    figures: [],
    running: undefined,
    failure: undefined,
    cancelled: false,
  };

  /** The call for one figure. A raw file is read as it lies there. */
  function inputOf({ subject, pattern }: SpeedRun): CallInput<"speed.measure"> | undefined {
    const { path, raw, seconds } = get();
    const file = subject === "raw" ? raw : path;
    if (file === undefined) return undefined;
    return { path: file, side: subject === "disk" ? "guest" : "file", pattern, seconds };
  }

  return {
    path: undefined,
    raw: undefined,
    seconds: 5,
    ...nothing,
    follow: (path) => {
      if (path === get().path) return;
      if (get().running) void get().stop();
      latest += 1;
      set({ path, raw: undefined, ...nothing });
    },
    setRaw: (raw) => set({ raw }),
    setSeconds: (seconds) => set({ seconds }),
    start: async () => {
      const turn = (latest += 1);
      set(nothing);
      for (const run of runsOf(get().raw)) {
        const input = inputOf(run);
        if (input === undefined) return;
        set({ running: { ...run, done: 0, total: 0 } });
        try {
          const result = await call("speed.measure", input);
          if (turn !== latest) return;
          set(({ figures }) => ({ figures: [...figures, { ...run, result }] }));
        } catch (error) {
          if (turn !== latest) return;
          const failure = toFailure(error);
          const cancelled = failure.code === "cancelled";
          set({ running: undefined, cancelled, failure: cancelled ? undefined : failure });
          return;
        }
      }
      set({ running: undefined });
    },
    stop: () => call("speed.stop"),
    progressed: ({ done, total }) => {
      const { running } = get();
      if (running !== undefined) set({ running: { ...running, done, total } });
    },
  };
});

/** Bytes in a second; undefined for a pass that read nothing. */
export function throughputOf({ bytes, seconds }: { bytes: number; seconds: number }) {
  return bytes > 0 && seconds > 0 ? bytes / seconds : undefined;
}
