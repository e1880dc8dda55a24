import { createRequire } from "node:module";
import { join } from "node:path";
import { app, clipboard, nativeImage, shell, type BrowserWindow } from "electron";
import { cliWords } from "./cli-words";
import { askToGiveUp, createDialogs } from "./dialogs";
import { dragIcon } from "./drag-icon";
import { formatModels } from "./engine";
import { switchValue } from "./file-arguments";
import { createHandlers } from "./handlers";
import { createChanges } from "./handlers/changes";
import { createGrants } from "./handlers/grants";
import { bindCalls, bindEvents } from "./ipc/bind";
import { openJournal } from "./jobs/journal";
import { createQueue } from "./jobs/queue";
import { receiptOf } from "./jobs/receipt";
import { shippedLibraries } from "./shipped-libraries";
import { mainTexts } from "./main-texts";
import { createLibrary } from "./library";
import { setMenu, type MenuActions } from "./menu";
import { claimSingleInstance } from "./open-files";
import { createOpenings } from "./handlers/openings";
import { createOpenedFiles } from "./handlers/opened-files";
import { declareScheme, lockDown, servePage } from "./protocol";
import { pageOrigin } from "./served-file";
import { createSettledSignal, noPicture, pictureFolder, takeScreenshot } from "./screenshot";
import { openReceipts } from "./receipts";
import { openSettings } from "./settings";
import { languageOf } from "../shared/model/language";
import type { Settings } from "../shared/model/settings";
import { watchThreads } from "./threads";
import { applyTheme, captureWindow, guardClosing, openWindow, showWindow } from "./window";
import { createTaskRunner } from "./workers/start-image-task";
import { createInspector } from "./workers/start-inspector";
import { createMeasurer } from "./workers/start-measurer";
import { startJob } from "./workers/start-job";

/** Where the build puts everything; this file is in out/main. */
const out = join(import.meta.dirname, "..");
const script = (name: string): string => join(out, "main", `${name}.js`);

const words = cliWords(process.argv);
if (words !== undefined) await runCommandLine(words);

const pictureFile = switchValue(process.argv, "lamina-screenshot");
const ownFolder = pictureFile === undefined ? undefined : pictureFolder(app.getPath("userData"));
/** Milliseconds that threads may take to end with Lamina. */
const PATIENCE_MS = 3000;
const threads = watchThreads();
const userData = process.env["LAMINA_USER_DATA"] ?? ownFolder;

// All of this has to happen before Electron is ready; the lock belongs to the userData folder.
if (userData !== undefined) app.setPath("userData", userData);
// Root has no sandbox: with it, every child process would end at once.
if (!app.commandLine.hasSwitch("no-sandbox")) app.enableSandbox();
declareScheme();
const opened = createOpenedFiles();
if (claimSingleInstance(opened, pictureFile === undefined)) {
  void app.whenReady().then(start);
} else {
  endWith(pictureFile && noPicture("another Lamina runs with these settings"));
}

/**
 * Runs the command line in this process, which ends with its exit code: this never returns. Electron
 * waits for it before it looks for a display or starts a process for pages.
 */
function runCommandLine(args: readonly string[]): Promise<never> {
  const program = join(out, "cli/lamina.cjs");
  process.argv = [process.execPath, program, ...args];
  createRequire(import.meta.url)(program);
  return new Promise(() => {});
}

/** Ends the process: well, or with what went wrong in one line. */
function endWith(complaint: string | undefined): void {
  if (complaint !== undefined) process.stderr.write(`${complaint}\n`);
  app.exit(complaint === undefined ? 0 : 1);
}

function start(): void {
  const origin = pageOrigin(process.env["ELECTRON_RENDERER_URL"], app.isPackaged);
  lockDown(origin);
  servePage(join(out, "renderer"));
  const settings = openSettings(app.getPath("userData"));
  // A change that cannot be written down holds until Lamina quits.
  const keep = (part: Partial<Settings>): void => void settings.change(part).catch(() => {});
  // First of all: its process starts while the rest is made, which is there before the page can ask.
  const window = openWindow({
    origin,
    preload: join(out, "preload/preload.cjs"),
    theme: settings.get().theme,
    place: settings.get().window,
    keepPlace: (place) => keep({ window: place }),
  });
  const inspector = createInspector(script("inspector"));
  inspector.warmUp();
  const settled = createSettledSignal();
  const formats = formatModels();
  const grants = createGrants(() => settings.get().trustedFolders);
  const tasks = createTaskRunner(script("image-task"));
  const texts = () => mainTexts[languageOf(settings.get().language, [app.getLocale()])];
  const dialogs = createDialogs(formats, () => window, texts);
  const emit = bindEvents(() => window);
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
    keepReceipt: (finished) =>
      receipts.add(receiptOf(finished, app.getVersion())).then(
        () => finished.id,
        () => undefined,
      ),
    changed: (job) => {
      journal.note(job);
      emit("jobs.changed", job);
    },
    removed: (jobId) => emit("jobs.removed", { jobId }),
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

  bindCalls(
    createHandlers({
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
      settled: settled.tell,
      showInFolder: (path) => shell.showItemInFolder(path),
      startDrag: (path) => startDrag(window, path),
      copyText: (text) => clipboard.writeText(text),
    }),
    origin,
  );

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

  if (pictureFile === undefined) return;
  void takeScreenshot({
    file: pictureFile,
    settled: settled.told,
    patience: 20_000,
    capture: () => captureWindow(window),
  }).then(endWith);
}

/** Lets the desktop drag a file out of the window, with Lamina's sign on the pointer. */
function startDrag(window: BrowserWindow, file: string): void {
  const { width, height, bytes } = dragIcon();
  const icon = nativeImage.createFromBitmap(Buffer.from(bytes), { width, height });
  window.webContents.startDrag({ file, icon });
}
