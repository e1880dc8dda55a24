import { create } from "zustand";
import type { ChainStrips } from "../../shared/model/chain-strips";
import type { BrokenLink, ImageReport } from "../../shared/model/report";
import { call } from "../api/client";
import { useImages } from "./images";

interface ChainState {
  /** Of the report that they were asked for; absent until they are known, or when they cannot be. */
  readonly strips: ChainStrips | undefined;
  readonly of: ImageReport | undefined;
  /** Finds out where each file answers. What keeps it from that is in the report already. */
  load: (report: ImageReport) => Promise<void>;
  /** Asks for a place, and makes an overlay there; then shows it. */
  createOverlay: (report: ImageReport) => Promise<void>;
  /** Asks for the file that a broken link shall lead to, and writes its name into the image. */
  pointTo: (path: string, link: BrokenLink) => Promise<void>;
}

export const useChain = create<ChainState>()((set, get) => ({
  strips: undefined,
  of: undefined,
  load: async (report) => {
    set(({ of, strips }) => ({
      of: report,
      strips: of?.path === report.path ? strips : undefined,
    }));
    let strips: ChainStrips | undefined;
    try {
      strips = await call("chain.strips", { path: report.path });
    } catch {
      strips = undefined;
    }
    if (get().of === report) set({ strips });
  },
  createOverlay: async ({ path }) => {
    const suggested = `${path.replace(/\.[^./\\]*$/, "")}-overlay.qcow2`;
    const { path: target } = await call("dialogs.saveImage", { suggested, format: "qcow2" });
    if (target === undefined) return;
    await call("chain.createOverlay", { base: path, target });
    await useImages.getState().open([target]);
  },
  pointTo: async (path, { from }) => {
    const { paths } = await call("dialogs.openImages");
    const [base] = paths;
    if (base === undefined) return;
    await call("chain.pointTo", { path: from, base });
    await useImages.getState().inspect(path);
  },
}));
