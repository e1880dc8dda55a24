import { join } from "node:path";
import { app, clipboard, nativeImage, shell, type BrowserWindow, type InputEvent } from "electron";
import { askToGiveUp, createDialogs } from "./dialogs";
import { dragIcon } from "./drag-icon";
import { formatModels } from "./engine";
import { createHandlers } from "./handlers";
import { createChanges } from "./handlers/changes";
import type { Grants } from "./handlers/grants";
import type { OpenedFiles } from "./handlers/opened-files";
import { createOpenings } from "./handlers/openings";
import { sendTo } from "./ipc/bind";
import { createDispatch, createEmit, type Dispatch } from "./ipc/dispatch";
import { createGiveWay } from "./jobs/give-way";
import { openJournal } from "./jobs/journal";
import { createQueue } from "./jobs/queue";
import { birthOf, receiptOf } from "./jobs/receipt";
import { createLibrary } from "./library";
import { mainTexts } from "./main-texts";
import { setMenu, type MenuActions } from "./menu";
import { openReceipts } from "./receipts";
import { createSettledSignal, takeScreenshot } from "./screenshot";
import type { SettingsStore } from "./settings";
import { shippedLibraries } from "./shipped-libraries";
import { languageOf } from "../shared/model/language";
import type { Settings } from "../shared/model/settings";
import type { Threads } from "./threads";
import { applyTheme, captureWindow, guardClosing, showWindow } from "./window";
import { createTaskRunner } from "./workers/start-image-task";
import type { Inspector } from "./workers/start-inspector";
import { createMeasurer } from "./workers/start-measurer";
import { startJob } from "./workers/start-job";

/** What there is before the window has anything to talk to. */
interface ServeParts {
  /** Where the build puts everything. */
  readonly out: string;
  readonly window: BrowserWindow;
  /** Shows it. */
  reveal(): void;
  readonly opened: OpenedFiles;
  readonly settings: SettingsStore;
  /** Changes settings, whether or not they can be written down. */
  keep(part: Partial<Settings>): void;
  readonly grants: Grants;
  readonly inspector: Inspector;
  readonly threads: Threads;
  /** The picture that Lamina was started to take; `done` hears why there is none. */
  readonly picture:
    { readonly file: string; done(complaint: string | undefined): void } | undefined;
}

/** Inputs that a page is to answer at once; one that only moves the pointer comes a hundred times a second. */
const ANSWERED: ReadonlySet<InputEvent["type"]> = new Set([
  "mouseDown",
  "mouseWheel",
  "rawKeyDown",
  "keyDown",
]);
/** Milliseconds that threads may take to end with Lamina. */
const PATIENCE_MS = 10_000;

/** Makes everything that the window talks to; the answer takes its page's calls. */
export function serveWindow(parts: ServeParts): Dispatch {
  const { out, window, reveal, opened, settings, keep, grants, inspector, threads, picture } =
    parts;
  const script = (name: string): string => join(out, "main", `${name}.cjs`);
  const settled = createSettledSignal();
  const formats = formatModels();
  const tasks = createTaskRunner(script("image-task"));
  const texts = () => mainTexts[languageOf(settings.get().language, [app.getLocale()])];
  const dialogs = createDialogs(formats, () => window, texts);
  const emit = createEmit(sendTo(window));
  const measurer = createMeasurer(script("measurer"), {
    progress: (path, bytes) => emit("image.measuring", { path, ...bytes }),
  });
  const targetMeasurer = createMeasurer(script("measurer"), {
    progress: (path, bytes) => emit("convert.measuring", { path, ...bytes }),
  });
  const receipts = openReceipts(join(app.getPath("userData"), "receipts"));
  const journal = openJournal(join(app.getPath("userData"), "jobs.json"));
  const library = createLibrary({
    settings,
    scan: (request) => tasks.run("library.scan", request),
    changed: (folder) => emit("library.changed", folder),
    pause: { settle: 400, between: 3000 },
  });
  const jobScripts = { job: script("job"), copier: script("copier") };
  const queue = createQueue({
    start: (request, id) => startJob(jobScripts, request, grants.list(), undefined, id),
    keepReceipt: async (finished) => {
      const born = await birthOf(finished.request.target);
      return receipts.add(receiptOf(finished, app.getVersion(), born)).then(
        () => finished.id,
        () => undefined,
      );
    },
    changed: (job) => {
      journal.note(job);
      emit("jobs.changed", job);
    },
    removed: (jobId) => emit("jobs.removed", { jobId }),
  });
  const giveWay = createGiveWay((still) => queue.holdStill(still));
  window.webContents.on("input-event", (_, { type }) => {
    if (ANSWERED.has(type)) giveWay();
  });
  const changes = createChanges(queue, inspector, grants);
  const actions: MenuActions = {
    newDisk: () => emit("app.newDiskWanted", undefined),
    chooseImages: () => void dialogs.openImages().then(opened.add),
    open: (path) => opened.add([path]),
    setTheme: (theme) => keep({ theme }),
    about: () => emit("app.aboutWanted", undefined),
    settings: () => emit("app.settingsWanted", undefined),
  };

  const handlers = createHandlers({
    formats,
    opened,
    settings,
    receipts,
    inspector,
    measurer,
    targetMeasurer,
    tasks,
    grants,
    openings: createOpenings(),
    queue,
    changes,
    journal,
    library,
    dialogs,
    samples: {
      documents: () => app.getPath("documents"),
      chooseFolder: () => dialogs.chooseFolder("samples"),
    },
    emit,
    about: async () => ({
      version: app.getVersion(),
      electron: process.versions.electron,
      chromium: process.versions["chrome"] ?? "",
      node: process.versions.node,
      platform: `${process.platform} ${process.arch}`,
      libraries: await shippedLibraries(out, { electron: process.versions.electron }),
    }),
    ready: reveal,
    settled: settled.tell,
    showInFolder: (path) => shell.showItemInFolder(path),
    trash: (path) => shell.trashItem(path),
    startDrag: (path) => startDrag(window, path),
    copyText: (text) => clipboard.writeText(text),
  });

  setMenu(settings.get(), texts(), actions);
  settings.onChange((now) => {
    applyTheme(now.theme);
    setMenu(now, texts(), actions);
    emit("settings.changed", now);
  });

  guardClosing(window, {
    busy: () => queue.busy() || changes.busy(),
    ask: () => askToGiveUp(window, texts(), { converting: queue.busy(), changing: changes.busy() }),
    stop: () => Promise.all([queue.cancelAll(), changes.stopAll()]),
  });
  window.on("focus", () => library.refresh());
  opened.onAdded(() => {
    emit("app.filesOpened", undefined);
    showWindow(window);
  });
  app.on("will-quit", (event) => {
    event.preventDefault();
    inspector.close();
    library.close();
    measurer.stop();
    targetMeasurer.stop();
    void Promise.all([settings.settled(), journal.settled()]).then(async () => {
      // What is to be kept is on the disk by now.
      if (await threads.end(PATIENCE_MS)) app.exit(0);
      else process.kill(process.pid, "SIGKILL");
    });
  });

  if (picture !== undefined) {
    void takeScreenshot({
      file: picture.file,
      settled: settled.told,
      patience: 20_000,
      capture: () => captureWindow(window),
    }).then(picture.done);
  }
  return createDispatch(handlers);
}

/** Lets the desktop drag a file out of the window, with Lamina's sign on the pointer. */
function startDrag(window: BrowserWindow, file: string): void {
  const { width, height, bytes } = dragIcon();
  const icon = nativeImage.createFromBitmap(Buffer.from(bytes), { width, height });
  window.webContents.startDrag({ file, icon });
}
