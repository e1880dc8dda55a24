import { create } from "zustand";
import type { FormatId, OptionValues } from "../../shared/model/format";
import type { Job } from "../../shared/model/job";
import { call, toFailure } from "../api/client";
import { isAbsolute } from "../api/paths";
import { useImages } from "./images";
import { hasEnded, useJobs } from "./jobs";
import {
  emptyForm,
  newDiskRequest,
  specsOf,
  withoutSpace,
  type NewDiskForm,
} from "./new-disk-form";
import { withoutClosed } from "./open-options";
import { useView } from "./view";

interface NewDiskState extends NewDiskForm {
  /** The job that makes the disk, while it is awaited. */
  readonly jobId: string | undefined;
  /** Shows the page; as an overlay on `base` where one is given. */
  begin: (base?: string) => Promise<void>;
  chooseFormat: (format: FormatId) => Promise<void>;
  setSize: (size: number | undefined) => void;
  /** Chooses options, and leaves the others as they are. */
  choose: (options: OptionValues) => void;
  /** An overlay on this image, on one still to be chosen (""), or a disk of its own. */
  setBase: (base: string | undefined) => Promise<void>;
  browseBase: () => Promise<void>;
  setTarget: (target: string) => Promise<void>;
  browseTarget: () => Promise<void>;
  setReplace: (replace: boolean) => void;
  start: () => Promise<void>;
  /** Takes in what is told of a job. */
  jobChanged: (job: Job) => Promise<void>;
  /** Leaves the page; the form stays as it is. */
  leave: () => void;
}

export const useNewDisk = create<NewDiskState>()((set, get) => {
  const fail = (error: unknown) => set({ failure: toFailure(error) });

  /** Looks at the place, unless it is plain that it cannot be. */
  const lookAtTarget = async () => {
    const { target, base } = get();
    if (!isAbsolute(target)) return;
    const on = base === undefined || base === "" ? {} : { base };
    const check = await call("create.checkTarget", { target, ...on });
    if (get().target === target && get().base === base) set({ check });
  };

  /** Puts a free name into the form, unless the user has given one. */
  const suggest = async () => {
    const { format, base, named } = get();
    if (format === undefined || named) return;
    const near = useImages.getState().shown;
    const { target } = await call("create.suggestTarget", {
      format,
      ...(near !== undefined && { near }),
      ...(base !== undefined && base !== "" && { base }),
    });
    if (get().format !== format || get().base !== base || get().named) return;
    set({ target, check: undefined, replace: false });
    await lookAtTarget();
  };

  /** The target with the ending of another format, where it has that of the one before. */
  const renamed = (format: FormatId): string => {
    const { formats, format: before, target } = get();
    const endingOf = (id: FormatId | undefined) =>
      formats.find((model) => model.id === id)?.extensions[0] ?? "";
    const ending = `.${endingOf(before)}`;
    return target.endsWith(ending)
      ? `${target.slice(0, -ending.length)}.${endingOf(format)}`
      : target;
  };

  return {
    ...emptyForm,
    jobId: undefined,
    begin: async (base) => {
      useView.getState().showPage("newDisk");
      if (get().formats.length === 0) {
        const formats = await call("formats.list");
        set({ formats: formats.filter(({ writable }) => writable) });
      }
      if (base !== undefined) await get().setBase(base);
      else if (get().format === undefined) await get().chooseFormat("qcow2");
      else if (get().named) await lookAtTarget();
      else await suggest();
    },
    chooseFormat: async (format) => {
      if (get().named) set({ target: renamed(format), check: undefined, replace: false });
      set({ format, options: {}, failure: undefined });
      await (get().named ? lookAtTarget() : suggest());
    },
    setSize: (size) => set({ size, failure: undefined }),
    choose: (options) =>
      set((form) => ({
        options: withoutClosed(specsOf(form), { ...form.options, ...options }),
        failure: undefined,
      })),
    setBase: async (base) => {
      const began = get().base === undefined && base !== undefined;
      set({ base, check: undefined, failure: undefined });
      const { formats, format } = get();
      const model = formats.find(({ id }) => id === format);
      const backed = formats.find((each) => each.backing);
      if (base !== undefined && model?.backing !== true && backed !== undefined)
        set({ target: renamed(backed.id), format: backed.id, options: {} });
      // What lies in the base takes no space here: an overlay begins thin.
      if (began) set((form) => ({ options: withoutSpace(form) }));
      if (base !== undefined && base !== "") {
        await useImages.getState().inspect(base);
        const view = useImages.getState().views[base];
        if (get().base !== base) return;
        if (view?.state === "ready") set({ size: view.report.layers[0]?.virtualSize });
      }
      await (get().named ? lookAtTarget() : suggest());
    },
    browseBase: async () => {
      const { paths } = await call("dialogs.openImages");
      if (paths[0] !== undefined) await get().setBase(paths[0]);
    },
    setTarget: async (target) => {
      set({ target, named: true, check: undefined, replace: false, failure: undefined });
      await lookAtTarget();
    },
    browseTarget: async () => {
      const { target: suggested, format } = get();
      if (format === undefined) return;
      const { path } = await call("dialogs.saveImage", { suggested, format });
      if (path !== undefined) await get().setTarget(path);
    },
    setReplace: (replace) => set({ replace }),
    start: async () => {
      const request = newDiskRequest(get());
      if (request === undefined) return;
      set({ starting: true, failure: undefined, jobId: undefined });
      try {
        const { jobId } = await call("create.start", request);
        set({ jobId });
        // It may have ended before its name was known here.
        const job = useJobs.getState().jobs.find(({ id }) => id === jobId);
        if (job !== undefined) await get().jobChanged(job);
      } catch (error) {
        fail(error);
        await lookAtTarget();
      } finally {
        set({ starting: false });
      }
    },
    jobChanged: async (job) => {
      if (get().jobId !== job.id || !hasEnded(job)) return;
      set({ jobId: undefined, failure: job.failure });
      if (job.state !== "done") {
        await lookAtTarget();
        return;
      }
      const waited = useView.getState().page === "newDisk";
      // The next one begins anew.
      set(({ formats }) => ({ ...emptyForm, formats }));
      if (waited) await useImages.getState().open([job.target]);
    },
    leave: () => useView.getState().showPage("image"),
  };
});
