import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import {
  _electron,
  expect,
  test as base,
  type ElectronApplication,
  type Page,
} from "@playwright/test";

const root = resolve(import.meta.dirname, "../..");
const pictures = join(root, "test-results/screenshots");

/** A running Lamina and its window. */
export interface Lamina {
  readonly app: ElectronApplication;
  readonly page: Page;
  /** Starts a second Lamina over the same settings; resolves with its exit code. */
  startSecond(...args: string[]): Promise<number | null>;
  /** Saves a picture of the window as test-results/screenshots/NAME.png. */
  picture(name: string): Promise<void>;
  close(): Promise<void>;
}

interface Fixtures {
  /** An empty folder of the test's own, removed afterwards. */
  folder: string;
  /** Starts Lamina with images or switches; every start of one test shares its settings. */
  launch: (...args: string[]) => Promise<Lamina>;
}

/** Arguments that start the built app. Only root needs Chromium's own sandbox off. */
function appArguments(args: readonly string[]): string[] {
  return [...(process.getuid?.() === 0 ? ["--no-sandbox"] : []), root, ...args];
}

/** Runs the app to its end without Playwright; resolves with its exit code. */
export function runToEnd(userData: string, ...args: string[]): Promise<number | null> {
  const executable: unknown = createRequire(import.meta.url)("electron");
  const child = spawn(String(executable), appArguments(args), {
    env: { ...process.env, LAMINA_USER_DATA: userData },
    stdio: "ignore",
  });
  return new Promise((done, fail) => {
    child.on("exit", (code) => {
      done(code);
    });
    child.on("error", fail);
  });
}

/** The end-to-end test: it fails on any console error or CSP violation in any window it opened. */
export const test = base.extend<Fixtures>({
  // oxlint-disable-next-line no-empty-pattern -- Playwright wants a destructured first parameter
  folder: async ({}, use) => {
    const own = mkdtempSync(join(tmpdir(), "lamina-"));
    // A space and an accent: a path that is not handled as a path shows.
    const folder = join(own, "Virtual machines Köln");
    mkdirSync(folder);
    await use(folder);
    rmSync(own, { recursive: true, force: true });
  },
  launch: async ({ folder }, use) => {
    const userData = join(folder, ".settings");
    mkdirSync(userData);
    const complaints: string[] = [];
    const open = new Set<ElectronApplication>();
    const launch = async (...args: string[]): Promise<Lamina> => {
      const app = await _electron.launch({
        args: appArguments(args),
        cwd: folder,
        env: { ...stringsOf(process.env), LAMINA_USER_DATA: userData },
        timeout: 120_000,
      });
      open.add(app);
      askUntilAnswered(app);
      const page = await app.firstWindow({ timeout: 60_000 });
      // As for a user who asked for it: what is clicked then lies where it stays.
      await page.emulateMedia({ reducedMotion: "reduce" });
      page.on("pageerror", (error) => complaints.push(`page error: ${error.message}`));
      page.on("console", (message) => {
        if (message.type() === "error" || message.type() === "warning")
          complaints.push(`console ${message.type()}: ${message.text()}`);
      });
      await page.waitForLoadState("domcontentloaded");
      // Before that the page hears neither the menu nor what is dragged over it.
      await page.locator("main").waitFor({ timeout: 60_000 });
      return {
        app,
        page,
        startSecond: (...more) => runToEnd(userData, ...more),
        picture: async (name) => {
          mkdirSync(pictures, { recursive: true });
          // What was asked for just now is drawn in the next frame, a chart by its size in the one after.
          await page.evaluate(async () => {
            await document.fonts.ready;
            for (let frame = 0; frame < 3; frame += 1)
              await new Promise((drawn) => requestAnimationFrame(drawn));
          });
          await page.screenshot({ path: join(pictures, `${name}.png`), animations: "disabled" });
        },
        close: async () => {
          complaints.push(...(await policyViolations(page)));
          open.delete(app);
          await app.close();
        },
      };
    };
    await use(launch);
    for (const app of open) {
      const [page] = app.windows();
      if (page) {
        complaints.push(...(await policyViolations(page)));
        // What a test that failed has left running is given up without a question.
        await app.evaluate(({ dialog }) => {
          dialog.showMessageBox = () => Promise.resolve({ response: 1, checkboxChecked: false });
        });
      }
      await app.close();
    }
    expect(complaints, "console errors and CSP violations").toEqual([]);
  },
});

/**
 * Where the main process is busy, V8 may tidy an answer away before Playwright has it. What the tests ask
 * there is a question or a setting, so that it can be asked again.
 */
function askUntilAnswered(app: ElectronApplication): void {
  const ask = app.evaluate.bind(app) as (...given: unknown[]) => Promise<unknown>;
  const again = async (...given: unknown[]): Promise<unknown> => {
    for (;;) {
      try {
        return await ask(...given);
      } catch (error) {
        if (!String(error).includes("garbage collected")) throw error;
      }
    }
  };
  app.evaluate = again as typeof app.evaluate;
}

/** What the window's content security policy has stopped since the page was loaded. */
async function policyViolations(page: Page): Promise<string[]> {
  return page.evaluate(
    () =>
      new Promise<string[]>((done) => {
        const observer = new ReportingObserver(
          (reports) => {
            done(reports.map((report) => JSON.stringify(report)));
          },
          { types: ["csp-violation"], buffered: true },
        );
        observer.observe();
        // Buffered reports come in the next task; without any, nothing is ever called.
        setTimeout(() => {
          observer.disconnect();
          done([]);
        }, 50);
      }),
  );
}

function stringsOf(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

export { expect };
