import { create } from "zustand";
import type { FormatId, FormatModel, OptionValues } from "../../shared/model/format";
import type { MeasuredVariant } from "../../shared/model/measure";
import type { PreflightFinding, Purpose, TargetChoice } from "../../shared/model/preflight";
import { call, toFailure } from "../api/client";
import { folderOf, inFolder, isAbsolute } from "../api/paths";
import { closedForm, requestOf, type ConvertChoices, type ConvertForm } from "./convert-form";
import { useImages } from "./images";
import { withoutClosed } from "./open-options";
import { useSettings } from "./settings";

/** What is chosen before the dialog is open. */
interface Given {
  /** The internal snapshot to read, by its place in the table. */
  readonly snapshot?: number | undefined;
  readonly target?: Pick<MeasuredVariant, "format" | "options" | "compress">;
}

interface ConvertState extends ConvertForm {
  /** Opens the dialog, for a snapshot of the one source or with a target chosen where one is given. */
  begin: (sources: readonly string[], given?: Given) => Promise<void>;
  /** Takes one of several sources off the form. */
  leaveOut: (source: string) => void;
  /** Chooses what the purpose takes best; "other" leaves everything as it is. */
  choosePurpose: (purpose: Purpose) => Promise<void>;
  chooseFormat: (format: FormatId) => Promise<void>;
  setOption: (name: string, value: OptionValues[string]) => void;
  choose: (choices: Partial<ConvertChoices>) => void;
  /** Grows the disk to so many bytes; undefined leaves its size. */
  growTo: (source: string, size: number | undefined) => void;
  /** Chooses what a finding says is better. */
  mend: (source: string, mend: NonNullable<PreflightFinding["mend"]>) => Promise<void>;
  /** Sets the target of the one source and looks at it. */
  setTarget: (target: string) => Promise<void>;
  /** Asks with the system's dialog. */
  browseTarget: () => Promise<void>;
  /** Starts every job and closes the dialog; what cannot start stays in it with its failure. */
  start: () => Promise<void>;
  close: () => void;
}

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

  /** What the purpose takes best for each source; nothing for one that cannot be looked into. */
  const recommendedFor = async (purpose: Purpose, sources: readonly string[]) => {
    const { snapshot } = get();
    const how = { purpose, ...(snapshot !== undefined && { snapshot }) };
    const answers = await Promise.allSettled(
      sources.map((source) => call("convert.preflight", { source, ...how })),
    );
    return answers.map((answer) =>
      answer.status === "fulfilled" ? answer.value.recommended : undefined,
    );
  };

  /** Gives the one target the name that it must have. */
  const nameTarget = async (fileName: string | undefined) => {
    const target = get().targets[get().sources[0] ?? ""];
    if (fileName === undefined || target === undefined || get().sources.length > 1) return;
    await get().setTarget(inFolder(folderOf(target), fileName));
  };

  return {
    ...closedForm,
    begin: async (sources, { snapshot, target } = {}) => {
      // What the last conversion was for is likely what this one is for; a target given is known.
      const likely = target === undefined ? purposeKept() : "other";
      set({ ...closedForm, formats: get().formats, sources, snapshot, purpose: likely });
      try {
        const [formats] = await Promise.all([
          call("formats.list"),
          ...sources.map((source) => useImages.getState().inspect(source)),
        ]);
        if (get().sources !== sources) return;
        const writable = formats.filter((format) => format.writable);
        set({ formats: writable });
        if (likely !== "other" && get().purpose === likely) {
          await get().choosePurpose(likely);
          if (get().sources !== sources) return;
          // Where it cannot be told what the purpose takes best, the choice is the user's.
          if (get().purpose === likely && get().format === undefined) set({ purpose: "other" });
        }
        const first = target?.format ?? likelyTarget(writable, sources);
        // A purpose that was chosen meanwhile has chosen the format as well.
        if (first === undefined || get().format !== undefined) return;
        const chosen = get().chooseFormat(first);
        if (target !== undefined)
          set({ options: target.options, compress: target.compress === true });
        await chosen;
      } catch (error) {
        if (get().sources === sources) fail(error);
      }
    },
    leaveOut: (source) => {
      set(({ sources }) => ({ sources: sources.filter((one) => one !== source) }));
      // What is left alone has a place that can be chosen.
      if (get().sources.length === 1) void lookAtTarget();
    },
    choosePurpose: async (purpose) => {
      const { sources } = get();
      set({ purpose, sizes: {}, failure: undefined });
      if (purpose === "other") return;
      const recommended = await recommendedFor(purpose, sources);
      const best = recommended.find((one): one is TargetChoice => one !== undefined);
      if (best === undefined || get().purpose !== purpose || get().sources !== sources) return;
      const sizes = sources.flatMap((source, nth) => {
        const size = recommended[nth]?.size;
        return size === undefined ? [] : [[source, size] as const];
      });
      const chosen = get().chooseFormat(best.format);
      set({ options: best.options, sizes: Object.fromEntries(sizes) });
      await chosen;
      if (stillAt({ sources, format: best.format })) await nameTarget(best.fileName);
    },
    chooseFormat: async (format) => {
      const unset = { options: {}, compress: false, targets: {}, check: undefined, replace: false };
      set({ format, ...unset, keepBacking: false });
      const { sources } = get();
      try {
        for (const source of sources) {
          const { target } = await call("convert.suggestTarget", { source, format });
          if (!stillAt({ sources, format })) return;
          // A place that the user has typed meanwhile stays.
          if (sources.length === 1 && get().targets[source] !== undefined) return;
          if (sources.length === 1) await get().setTarget(target);
          else set(({ targets }) => ({ targets: { ...targets, [source]: target } }));
        }
      } catch (error) {
        if (stillAt({ sources, format })) fail(error);
      }
    },
    setOption: (name, value) =>
      set(({ options, formats, format }) => {
        const specs = formats.find(({ id }) => id === format)?.options ?? [];
        return { options: withoutClosed(specs, { ...options, [name]: value }) };
      }),
    choose: (choices) => set(choices),
    growTo: (source, size) => {
      const { [source]: _old, ...others } = get().sizes;
      set({ sizes: size === undefined ? others : { ...others, [source]: size } });
    },
    mend: async (source, { purpose, format, options, size, fileName }) => {
      if (purpose !== undefined) await get().choosePurpose(purpose);
      const other = format !== undefined && format !== get().format;
      const chosen = other ? get().chooseFormat(format) : undefined;
      if (options !== undefined) set({ options });
      if (size !== undefined) get().growTo(source, size);
      await chosen;
      await nameTarget(fileName);
    },
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
    start: async () => {
      const { sources } = get();
      const form = get();
      set({ starting: true, failure: undefined });
      let left = sources;
      try {
        for (const source of sources) {
          const request = requestOf(form, source);
          if (request !== undefined) await call("convert.start", request);
          left = left.slice(1);
        }
        if (form.purpose !== purposeKept())
          useSettings
            .getState()
            .change({ purpose: form.purpose })
            .catch(() => undefined);
        get().close();
      } catch (error) {
        set({ sources: left, starting: false, check: undefined });
        fail(error);
        if (left.length === 1) await lookAtTarget();
      }
    },
    // The formats stay the same: with them the dialog has its layout at once.
    close: () => set(({ formats }) => ({ ...closedForm, formats })),
  };
});

const purposeKept = (): Purpose => useSettings.getState().settings.purpose ?? "other";

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
