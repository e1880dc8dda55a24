import { create } from "zustand";
import type { EventPayload } from "../../shared/ipc/contract";
import type { MeasuredVariant } from "../../shared/model/measure";
import type { Failure, ImageReport } from "../../shared/model/report";
import { call, toFailure } from "../api/client";
import { firstPicture } from "./first-picture";

/** What the window knows of the sizes that one image would take. */
export type MeasureView =
  | {
      readonly state: "measuring";
      /** Bytes of data read and to read; `total` is 0 until known. */
      readonly done: number;
      readonly total: number;
      /** What was measured before, shown until the new sizes come. */
      readonly before: readonly MeasuredVariant[];
    }
  | { readonly state: "ready"; readonly variants: readonly MeasuredVariant[] }
  | { readonly state: "failed"; readonly failure: Failure };

interface MeasuresState {
  /** By path; an image that cannot be measured, because its chain is broken, say, has none. */
  readonly views: Readonly<Record<string, MeasureView>>;
  /**
   * Takes note of the image on the page: a new report is measured, and what was being measured for
   * another is given up. To be called at every change.
   */
  follow: (report: ImageReport | undefined) => void;
  /** Measures the image on the page again. */
  retry: () => void;
  /** Takes in how far the main process is. */
  progressed: (progress: EventPayload<"image.measuring">) => void;
}

/** What images would take in other formats. Only the one on the page is ever being measured. */
export const useMeasures = create<MeasuresState>()((set, get) => {
  /** The report on the page: it is being measured, or was. */
  let current: ImageReport | undefined;
  /** The report that was asked about last. */
  let asked: ImageReport | undefined;

  const put = (path: string, view: MeasureView | undefined) => {
    const { [path]: _old, ...others } = get().views;
    set({ views: view === undefined ? others : { ...others, [path]: view } });
  };

  const measure = async (report: ImageReport) => {
    const { path } = report;
    asked = report;
    const before = variantsOf(get().views[path]);
    put(path, { state: "measuring", done: 0, total: 0, before });
    const view = await ask(path);
    // A newer report of the same image may be under way.
    if (asked !== report && asked?.path === path) return;
    const old = before.length > 0 ? ready(before) : undefined;
    put(path, current === report ? view : old);
  };

  return {
    views: {},
    follow: (report) => {
      if (report === current) return;
      const left = current;
      current = report;
      if (report !== undefined && isMeasurable(report)) void measure(report);
      else if (left && get().views[left.path]?.state === "measuring") {
        // What was asked for fails as cancelled then, or is there just now: nothing to tell.
        call("image.stopMeasuring").catch(() => undefined);
      }
    },
    retry: () => {
      if (current !== undefined) void measure(current);
    },
    progressed: ({ path, done, total }) => {
      const view = get().views[path];
      if (view?.state === "measuring" && path === current?.path)
        put(path, { ...view, done, total });
    },
  };
});

async function ask(path: string): Promise<MeasureView> {
  try {
    const picture = firstPicture();
    if (picture !== undefined) await picture;
    return ready(await call("image.measure", { path }));
  } catch (error) {
    return { state: "failed", failure: toFailure(error) };
  }
}

function ready(variants: readonly MeasuredVariant[]): MeasureView {
  return { state: "ready", variants };
}

/** The sizes that a view shows. */
export function variantsOf(view: MeasureView | undefined): readonly MeasuredVariant[] {
  if (view?.state === "ready") return view.variants;
  return view?.state === "measuring" ? view.before : [];
}

/** All that the guest sees has to be read for it. */
function isMeasurable({ broken, unreadable }: ImageReport): boolean {
  return broken === undefined && unreadable === undefined;
}
