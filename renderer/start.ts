import { call, on } from "./api/client";
import { imageTabs } from "./image-tabs";
import { useAbout } from "./state/about";
import { useBytes } from "./state/bytes";
import { useChange } from "./state/change";
import { useDrop } from "./state/drop";
import { shownReport, useImages } from "./state/images";
import { followHolders, lookForHolders } from "./state/in-use";
import { useMeasures } from "./state/measures";
import { useConvert } from "./state/convert";
import { firstPicture } from "./state/first-picture";
import { isProgress, useJobs } from "./state/jobs";
import { useNewDisk } from "./state/new-disk";
import { useNewDiskOutlook } from "./state/new-disk-outlook";
import { keepPage, restorePage } from "./state/kept-page";
import { useLibrary } from "./state/library";
import { useOutlook } from "./state/outlook";
import { useSamples } from "./state/samples";
import { useSettings } from "./state/settings";
import { useSpeed } from "./state/speed";
import { useUnfinished } from "./state/unfinished";
import { attempt, useView } from "./state/view";

/**
 * Listens to the main process, then opens what Lamina was started with. Call it once.
 *
 * @param known resolves when the settings are known
 */
export async function start(known: Promise<void>): Promise<void> {
  const { changed, advanced, removed, load } = useJobs.getState();
  on("jobs.changed", (job) => {
    if (isProgress(job, useJobs.getState())) return advanced(job);
    changed(job);
    attempt(() => useNewDisk.getState().jobChanged(job));
    // A job may have replaced an image that was looked into before.
    if (job.state === "done" && job.target in useImages.getState().views) {
      void useImages.getState().inspect(job.target);
    }
  });
  on("image.measuring", (progress) => useMeasures.getState().progressed(progress));
  useImages.subscribe((images) => useMeasures.getState().follow(shownReport(images)));
  useImages.subscribe(followHolders);
  window.addEventListener("focus", () => void lookForHolders());
  on("convert.measuring", (progress) => useOutlook.getState().progressed(progress));
  for (const store of [useConvert, useImages, useMeasures])
    store.subscribe(() => useOutlook.getState().follow());
  on("change.progress", (progress) => useChange.getState().progressed(progress));
  on("bytes.finding", (progress) => useBytes.getState().progressed(progress));
  on("speed.measuring", (progress) => useSpeed.getState().progressed(progress));
  on("jobs.removed", ({ jobId }) => removed(jobId));
  on("samples.making", (steps) => useSamples.getState().progressed(steps));
  on("library.changed", (folder) => useLibrary.getState().changed(folder));
  on("settings.changed", (settings) => useSettings.getState().changed(settings));
  for (const store of [useNewDisk, useImages])
    store.subscribe(() => useNewDiskOutlook.getState().follow());
  on("app.newDiskWanted", () => attempt(() => useNewDisk.getState().begin()));
  on("app.aboutWanted", () => attempt(useAbout.getState().show));
  on("app.settingsWanted", () => useView.getState().showPage("settings"));
  on("app.filesOpened", () => attempt(takeOpenedFiles));
  attempt(load);
  attempt(useUnfinished.getState().load);
  try {
    await takeOpenedFiles(async () => {
      await known;
      restorePage(imageTabs.map(({ id }) => id));
    });
    await known;
  } finally {
    keepPage();
    // The page comes first: looking through folders takes the disk.
    attempt(async () => {
      await firstPicture();
      await useLibrary.getState().load();
    });
  }
}

/** @param otherwise is done when there are none */
async function takeOpenedFiles(otherwise?: () => Promise<void>): Promise<void> {
  try {
    const { paths } = await call("app.takeOpenedFiles");
    if (paths.length === 0) await otherwise?.();
    // Nothing is settled before the image is on the page.
    else await useDrop.getState().handedOver(paths);
  } finally {
    useView.getState().setStarted();
  }
}
