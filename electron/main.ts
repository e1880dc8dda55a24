import { createRequire } from "node:module";
import { join } from "node:path";
import { app } from "electron";
import { cliWords } from "./cli-words";
import { switchValue } from "./file-arguments";
import { createGrants } from "./handlers/grants";
import { createOpenedFiles } from "./handlers/opened-files";
import { bindCalls } from "./ipc/bind";
import { claimSingleInstance } from "./open-files";
import { declareScheme, lockDown, servePage } from "./protocol";
import { noPicture, pictureFolder } from "./screenshot";
import { pageOrigin } from "./served-file";
import { openSettings } from "./settings";
import type { Settings } from "../shared/model/settings";
import { watchThreads } from "./threads";
import { openWindow } from "./window";
import { lookAhead } from "./workers/look-ahead";
import { createInspector } from "./workers/start-inspector";

/** Where the build puts everything; this file is in out/main. */
const out = join(import.meta.dirname, "..");

const words = cliWords(process.argv);
if (words !== undefined) await runCommandLine(words);

const pictureFile = switchValue(process.argv, "lamina-screenshot");
const ownFolder = pictureFile === undefined ? undefined : pictureFolder(app.getPath("userData"));
const threads = watchThreads();
const userData = process.env["LAMINA_USER_DATA"] ?? ownFolder;

// All of this has to happen before Electron is ready; the lock belongs to the userData folder.
if (userData !== undefined) app.setPath("userData", userData);
// Root has no sandbox: with it, every child process would end at once.
if (!app.commandLine.hasSwitch("no-sandbox")) app.enableSandbox();
declareScheme();
const opened = createOpenedFiles();
if (claimSingleInstance(opened, pictureFile === undefined)) {
  start();
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

/**
 * Looks into the image of the start while Electron makes itself ready, opens the window, and loads
 * what that talks to while its page loads: the engine and all schemas take as long as Electron itself.
 */
function start(): void {
  const settings = openSettings(app.getPath("userData"));
  const grants = createGrants(() => settings.get().trustedFolders);
  const image = opened.first() ?? settings.get().page?.image;
  const inspector = lookAhead(
    createInspector(join(out, "main/inspector.js")),
    image === undefined ? undefined : { path: image, grants: grants.list() },
  );
  // A change that cannot be written down holds until Lamina quits.
  const keep = (part: Partial<Settings>): void => void settings.change(part).catch(() => {});

  void app.whenReady().then(async () => {
    const origin = pageOrigin(process.env["ELECTRON_RENDERER_URL"], app.isPackaged);
    lockDown(origin);
    servePage(join(out, "renderer"));
    const window = openWindow({
      origin,
      preload: join(out, "preload/preload.cjs"),
      theme: settings.get().theme,
      place: settings.get().window,
      keepPlace: (place) => keep({ window: place }),
    });
    const loading = import("./serve-window").then(({ serveWindow }) =>
      serveWindow({
        out,
        window,
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
