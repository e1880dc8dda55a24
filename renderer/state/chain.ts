import { create } from "zustand";
import type { CallOutput } from "../../shared/ipc/contract";
import type { ChainStrips } from "../../shared/model/chain-strips";
import type { BrokenLink, ImageReport } from "../../shared/model/report";
import { call } from "../api/client";
import { useImages } from "./images";

interface ChainState {
  /** Of the report that they were asked for; absent until they are known, or when they cannot be. */
  readonly strips: ChainStrips | undefined;
  readonly of: ImageReport | undefined;
  /** Whether the strips have been asked for and answered, or refused. */
  readonly settled: boolean;
  /** Which images beside each file of the chain stand on it, in the chain's order. */
  readonly dependents: CallOutput<"chain.dependents"> | undefined;
  /** Finds out where each file answers. What keeps it from that is in the report already. */
  load: (report: ImageReport) => Promise<void>;
  /** Asks for a place, and makes an overlay there; then shows it. */
  createOverlay: (report: ImageReport) => Promise<void>;
  /**
   * Asks for the file that a link shall lead to, unless it is given, and writes its name into the image
   * that names it.
   */
  pointTo: (path: string, link: Pick<BrokenLink, "from">, base?: string) => Promise<void>;
}

export const useChain = create<ChainState>()((set, get) => ({
  strips: undefined,
  of: undefined,
  settled: false,
  dependents: undefined,
  load: async (report) => {
    set(({ of, ...known }) =>
      of?.path === report.path
        ? { of: report, ...sameLength(report, known) }
        : { of: report, settled: false, strips: undefined, dependents: undefined },
    );
    let strips: ChainStrips | undefined;
    try {
      strips = await call("chain.strips", { path: report.path });
    } catch {
      strips = undefined;
    }
    if (get().of === report) set({ strips, settled: true });
    let dependents: ChainState["dependents"];
    try {
      dependents = await call("chain.dependents", { path: report.path });
    } catch {
      // A folder that cannot be looked into tells nothing.
      dependents = report.layers.map(({ path }) => ({ path, images: [], complete: false }));
    }
    if (get().of === report) set({ dependents });
  },
  createOverlay: async ({ path }) => {
    const suggested = `${path.replace(/\.[^./\\]*$/, "")}-overlay.qcow2`;
    const { path: target } = await call("dialogs.saveImage", { suggested, format: "qcow2" });
    if (target === undefined) return;
    await call("chain.createOverlay", { base: path, target });
    await useImages.getState().open([target]);
  },
  pointTo: async (path, { from }, given) => {
    const base = given ?? (await call("dialogs.openImages")).paths[0];
    if (base === undefined) return;
    await call("chain.pointTo", { path: from, base });
    await useImages.getState().inspect(path);
  },
}));

/** What was known of another chain of the same image would be drawn on the wrong slabs. */
function sameLength(
  { layers }: ImageReport,
  { strips, dependents }: Pick<ChainState, "strips" | "dependents">,
): Pick<ChainState, "strips" | "dependents"> {
  return {
    strips: strips?.layers.length === layers.length ? strips : undefined,
    dependents: dependents?.length === layers.length ? dependents : undefined,
  };
}
