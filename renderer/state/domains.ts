import { create } from "zustand";
import type { Domains } from "../../shared/model/domains";
import type { ImageReport } from "../../shared/model/report";
import { call } from "../api/client";
import { firstPicture } from "./first-picture";

interface DomainsState {
  /** Which VMs use the image of the report they were asked for; absent until known. */
  readonly domains: Domains | undefined;
  readonly of: ImageReport | undefined;
  /** Finds out; what keeps it from that leaves nothing to show: it is an extra. */
  load: (report: ImageReport) => Promise<void>;
}

/** The VMs of the image on the page. */
export const useDomains = create<DomainsState>()((set, get) => ({
  domains: undefined,
  of: undefined,
  load: async (report) => {
    const format = report.layers[0]?.format;
    if (format === undefined || get().of === report) return;
    set(({ of, domains }) => ({
      of: report,
      domains: of?.path === report.path ? domains : undefined,
    }));
    let domains: Domains | undefined;
    try {
      await firstPicture();
      domains = await call("image.domains", { path: report.path, format });
    } catch {
      domains = undefined;
    }
    if (get().of === report) set({ domains });
  },
}));
