import { create } from "zustand";
import type { CallOutput } from "../../shared/ipc/contract";
import type { FormatId, FormatModel, OptionValues } from "../../shared/model/format";
import type { Failure } from "../../shared/model/report";
import { call, toFailure } from "../api/client";
import { isAbsolute } from "../api/paths";
import { useImages } from "./images";

type TargetCheck = CallOutput<"convert.checkTarget">;

/** The form of the convert dialog. Several sources take the same options and land beside themselves. */
export interface ConvertForm {
  /** Empty while the dialog is closed. */
  readonly sources: readonly string[];
  /** The internal snapshot of the one source to read; the disk as it is now when absent. */
  readonly snapshot: number | undefined;
  /** The formats that can be written. */
  readonly formats: readonly FormatModel[];
  readonly format: FormatId | undefined;
  /** What was chosen; an option that is not here takes its default. */
  readonly options: OptionValues;
  /** Only for a format that compresses. */
  readonly compress: boolean;
  /** By source. */
  readonly targets: Readonly<Record<string, string>>;
  /** What stands in the way of the one target; absent while it is looked at, or for several. */
  readonly check: TargetCheck | undefined;
  readonly replace: boolean;
  readonly starting: boolean;
  readonly failure: Failure | undefined;
}

interface ConvertState extends ConvertForm {
  /** Opens the dialog, for a snapshot of the one source where one is named. */
  begin: (sources: readonly string[], snapshot?: number) => Promise<void>;
  /** Takes one of several sources off the form. */
  leaveOut: (source: string) => void;
  chooseFormat: (format: FormatId) => Promise<void>;
  setOption: (name: string, value: OptionValues[string]) => void;
  setCompress: (compress: boolean) => void;
  /** Sets the target of the one source and looks at it. */
  setTarget: (target: string) => Promise<void>;
  /** Asks with the system's dialog. */
  browseTarget: () => Promise<void>;
  setReplace: (replace: boolean) => void;
  /** Starts every job and closes the dialog; what cannot start stays in it with its failure. */
  start: () => Promise<void>;
  close: () => void;
}

const closed: ConvertForm = {
  sources: [],
  snapshot: undefined,
  formats: [],
  format: undefined,
  options: {},
  compress: false,
  targets: {},
  check: undefined,
  replace: false,
  starting: false,
  failure: undefined,
};

export const useConvert = create<ConvertState>()((set, get) => {
  const fail = (error: unknown) => set({ failure: toFailure(error) });
  /** Whether the dialog still is what it was when a question was asked. */
  const stillAt = (asked: Pick<ConvertForm, "sources" | "format">) =>
    get().sources === asked.sources && get().format === asked.format;

  /** Looks at the place of the one source, unless it is plain that it cannot be. */
  const lookAtTarget = async () => {
    const { sources, targets } = get();
    const [source] = sources;
    const target = targets[source ?? ""];
    if (source === undefined || target === undefined || !isAbsolute(target)) return;
    try {
      const check = await call("convert.checkTarget", { source, target });
      if (get().targets[source] === target) set({ check });
    } catch (error) {
      if (get().targets[source] === target) fail(error);
    }
  };

  return {
    ...closed,
    begin: async (sources, snapshot) => {
      set({ ...closed, sources, snapshot });
      try {
        const [formats] = await Promise.all([
          call("formats.list"),
          ...sources.map((source) => useImages.getState().inspect(source)),
        ]);
        if (get().sources !== sources) return;
        const writable = formats.filter((format) => format.writable);
        set({ formats: writable });
        const first = likelyTarget(writable, sources);
        if (first !== undefined) await get().chooseFormat(first);
      } catch (error) {
        if (get().sources === sources) fail(error);
      }
    },
    leaveOut: (source) => {
      set(({ sources }) => ({ sources: sources.filter((one) => one !== source) }));
      // What is left alone has a place that can be chosen.
      if (get().sources.length === 1) void lookAtTarget();
    },
    chooseFormat: async (format) => {
      const unset = { options: {}, compress: false, targets: {}, check: undefined, replace: false };
      set({ format, ...unset });
      const { sources } = get();
      try {
        for (const source of sources) {
          const { target } = await call("convert.suggestTarget", { source, format });
          if (!stillAt({ sources, format })) return;
          if (sources.length === 1) await get().setTarget(target);
          else set(({ targets }) => ({ targets: { ...targets, [source]: target } }));
        }
      } catch (error) {
        if (stillAt({ sources, format })) fail(error);
      }
    },
    setOption: (name, value) => set(({ options }) => ({ options: { ...options, [name]: value } })),
    setCompress: (compress) => set({ compress }),
    setTarget: async (target) => {
      const [source] = get().sources;
      if (source === undefined) return;
      set({ targets: { [source]: target }, check: undefined, replace: false, failure: undefined });
      await lookAtTarget();
    },
    browseTarget: async () => {
      const { sources, format, targets } = get();
      const suggested = targets[sources[0] ?? ""];
      if (format === undefined || suggested === undefined || suggested === "") return;
      try {
        const { path } = await call("dialogs.saveImage", { suggested, format });
        if (path !== undefined && stillAt({ sources, format })) await get().setTarget(path);
      } catch (error) {
        fail(error);
      }
    },
    setReplace: (replace) => set({ replace }),
    start: async () => {
      const { sources, format, options, compress, targets, replace, snapshot } = get();
      if (format === undefined) return;
      set({ starting: true, failure: undefined });
      let left = sources;
      try {
        for (const source of sources) {
          const target = targets[source] ?? "";
          const request = { source, target, format, options, compress, replace, verify: true };
          const chosen = snapshot === undefined ? {} : { snapshot };
          await call("convert.start", { ...request, ...chosen });
          left = left.slice(1);
        }
        set(closed);
      } catch (error) {
        set({ sources: left, starting: false, check: undefined });
        fail(error);
        if (left.length === 1) await lookAtTarget();
      }
    },
    close: () => set(closed),
  };
});

/** The first format that is another than the source's own. */
function likelyTarget(
  writable: readonly FormatModel[],
  sources: readonly string[],
): FormatId | undefined {
  const { views } = useImages.getState();
  const own = new Set<FormatId>();
  for (const source of sources) {
    const view = views[source];
    if (view?.state === "ready" && view.report.layers[0]) own.add(view.report.layers[0].format);
  }
  return (writable.find(({ id }) => !own.has(id)) ?? writable[0])?.id;
}

/** Why the form cannot be started yet; absent when it can. */
export type Obstacle = "waiting" | "relative" | "is-source" | "no-folder" | "exists" | "source";

/** Looks at the form as it stands; `readable` tells whether every source could be looked into. */
export function obstacle(form: ConvertForm, readable: boolean): Obstacle | undefined {
  if (!readable) return "source";
  if (form.format === undefined || form.starting) return "waiting";
  const [source] = form.sources;
  if (source === undefined) return "waiting";
  if (form.sources.length > 1)
    return form.sources.every((one) => form.targets[one]) ? undefined : "waiting";
  const target = form.targets[source];
  if (target === undefined) return "waiting";
  if (!isAbsolute(target)) return "relative";
  if (form.check === undefined) return "waiting";
  if (form.check.isSource) return "is-source";
  if (!form.check.folderExists) return "no-folder";
  if (form.check.exists && !form.replace) return "exists";
  return undefined;
}
