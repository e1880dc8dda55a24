import { create } from "zustand";
import type { BrokenLink, Failure } from "../../shared/model/report";
import { toFailure } from "../api/client";

/** What fills the window beside the library: an image (or the welcome), or a page of its own. */
export type Page = "image" | "settings" | "newDisk";

/** The tabs of an image's page. */
export type ImageTab = "overview" | "map" | "chain" | "snapshots" | "health" | "bytes" | "speed";

interface ViewState {
  /** Whether the files of the start have been asked for: until then nothing is settled. */
  readonly started: boolean;
  readonly page: Page;
  readonly tab: ImageTab;
  /** References the user answered with "keep refusing", by `linkKey`. */
  readonly keptRefused: ReadonlySet<string>;
  /** Something that went wrong outside any page; shown until closed. */
  readonly notice: Failure | undefined;
  setStarted: () => void;
  showPage: (page: Page) => void;
  setTab: (tab: ImageTab) => void;
  keepRefusing: (reference: Pick<BrokenLink, "from" | "name">) => void;
  closeNotice: () => void;
}

/** What is on the page besides the images themselves. */
export const useView = create<ViewState>()((set) => ({
  started: false,
  page: "image",
  tab: "overview",
  keptRefused: new Set(),
  notice: undefined,
  setStarted: () => set({ started: true }),
  showPage: (page) => set({ page }),
  setTab: (tab) => set({ tab }),
  keepRefusing: (reference) =>
    set(({ keptRefused }) => ({ keptRefused: new Set([...keptRefused, linkKey(reference)]) })),
  closeNotice: () => set({ notice: undefined }),
}));

/** What tells one reference from another: who names it, and as what. */
export function linkKey(link: Pick<BrokenLink, "from" | "name">): string {
  return JSON.stringify([link.from, link.name]);
}

/** Runs an action of the user and shows as a notice what it throws; for event handlers. */
export function attempt(action: () => Promise<void>): void {
  action().catch((error: unknown) => {
    useView.setState({ notice: toFailure(error) });
  });
}
