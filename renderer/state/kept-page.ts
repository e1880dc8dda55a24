import { call } from "../api/client";
import { useImages } from "./images";
import { useSettings } from "./settings";
import { attempt, useView, type ImageTab } from "./view";

/** Shows what was on the page when Lamina ended. @param tabs those that there are */
export function restorePage(tabs: readonly ImageTab[]): void {
  const { page } = useSettings.getState().settings;
  if (page === undefined) return;
  const tab = tabs.find((each) => each === page.tab);
  if (tab !== undefined) useView.getState().setTab(tab);
  attempt(() => useImages.getState().show(page.image));
}

/** Keeps what is on the page, from now on and each time that it changes. */
export function keepPage(): void {
  let kept = JSON.stringify(useSettings.getState().settings.page);
  const keep = () => {
    const image = useImages.getState().shown;
    const page = image === undefined ? undefined : { image, tab: useView.getState().tab };
    const now = JSON.stringify(page);
    if (now === kept) return;
    kept = now;
    attempt(() => call("settings.keepPage", page === undefined ? {} : { page }));
  };
  useImages.subscribe(keep);
  useView.subscribe(keep);
  keep();
}
