import { join } from "node:path";
import { app, Menu } from "electron";
import { createGrants } from "./handlers/grants";
import { createOpenedFiles, type OpenedFiles } from "./handlers/opened-files";
import { bindCalls } from "./ipc/bind";
import { claimSingleInstance } from "./open-files";
import { declareScheme, lockDown, servePage } from "./protocol";
import { noPicture } from "./screenshot";
import { pageOrigin } from "./served-file";
import { openSettings } from "./settings";
import type { Settings } from "../shared/model/settings";
import { watchThreads, type Threads } from "./threads";
import { openWindow } from "./window";
import { lookAhead } from "./workers/look-ahead";
import { createInspector } from "./workers/start-inspector";

/** What is known of this start before anything else is loaded. */
export interface StartParts {
  /** Where the build puts everything. */
  readonly out: string;
  /** The picture that Lamina was started to take. */
  readonly pictureFile: string | undefined;
  /** The folder of what V8 compiled in earlier starts. */
  readonly compiled: string;
  /** Keeps there what this thread has compiled. */
  keepCompiled(): void;
}

/** Milliseconds after the first picture: what was compiled for it is kept when nobody waits any more. */
const KEEP_COMPILED_MS = 2000;

/** All of this has to happen before Electron is ready; the lock belongs to the userData folder. */
export function startApp(parts: StartParts): void {
  const { pictureFile } = parts;
  const threads = watchThreads();
  // Root has no sandbox: with it, every child process would end at once.
  if (!app.commandLine.hasSwitch("no-sandbox")) app.enableSandbox();
  declareScheme();
  // Electron would make one of its own, in 20 ms, for the time until there is ours.
  Menu.setApplicationMenu(null);
  const opened = createOpenedFiles();
  if (claimSingleInstance(opened, pictureFile === undefined)) {
    start(parts, opened, threads);
  } else {
    endWith(pictureFile && noPicture("another Lamina runs with these settings"));
  }
}

/** Ends the process: well, or with what went wrong in one line. */
function endWith(complaint: string | undefined): void {
  if (complaint !== undefined) process.stderr.write(`${complaint}\n`);
  app.exit(complaint === undefined ? 0 : 1);
}

/**
 * Looks into the image of the start while Electron makes itself ready, opens the window, and loads
 * what that talks to while its page loads: the engine and all schemas take as long as Electron itself.
 */
function start(parts: StartParts, opened: OpenedFiles, threads: Threads): void {
  const { out, pictureFile, compiled, keepCompiled } = parts;
  const settings = openSettings(app.getPath("userData"));
  const grants = createGrants(() => settings.get().trustedFolders);
  const image = opened.first() ?? settings.get().page?.image;
  const inspector = lookAhead(
    createInspector(join(out, "main/inspector.cjs"), undefined, {
      chunks: join(out, "main/chunks"),
      compiled,
    }),
    image === undefined ? undefined : { path: image, grants: grants.list() },
  );
  // A change that cannot be written down holds until Lamina quits.
  const keep = (part: Partial<Settings>): void => void settings.change(part).catch(() => {});

  void app.whenReady().then(async () => {
    const origin = pageOrigin(process.env["ELECTRON_RENDERER_URL"], app.isPackaged);
    lockDown(origin);
    servePage(join(out, "renderer"));
    const { window, reveal } = openWindow({
      origin,
      preload: join(out, "preload/preload.cjs"),
      theme: settings.get().theme,
      place: settings.get().window,
      keepPlace: (place) => keep({ window: place }),
    });
    window.once("show", () => setTimeout(keepCompiled, KEEP_COMPILED_MS));
    const loading = import("./serve-window").then(({ serveWindow }) =>
      serveWindow({
        out,
        window,
        reveal,
        opened,
        settings,
        keep,
        grants,
        inspector,
        threads,
        picture: pictureFile === undefined ? undefined : { file: pictureFile, done: endWith },
      }),
    );
    bindCalls(async (name, input) => (await loading)(name, input), origin);
    await loading;
  });
}
