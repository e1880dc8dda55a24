import { closeSync, copyFileSync, ftruncateSync, openSync, readdirSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { ElectronApplication, Page } from "@playwright/test";
import type { LaminaBridge } from "../../shared/ipc/channels";
import type { CallOutput } from "../../shared/ipc/contract";
import type { ImageChange } from "../../shared/model/change";
import { create, info, mustBeClean } from "./changes";
import { makeEndless } from "./endless-image";
import { expect, test } from "./lamina";

const MiB = 1024 * 1024;
/** Enough that some still wait when the window is closed: two run at a time. */
const jobs = 40;

/** A raw disk of 256 MiB without a hole. */
function writeDisk(path: string): void {
  const file = openSync(path, "wx");
  const data = new Uint8Array(MiB).fill(7);
  for (let at = 0; at < 256; at += 1) writeSync(file, data);
  ftruncateSync(file, 256 * MiB);
  closeSync(file);
}

async function startJobs(page: Page, source: string, folder: string): Promise<void> {
  await page.evaluate(
    async ({ source, folder, jobs }) => {
      const { lamina } = window as unknown as { lamina: LaminaBridge<File> };
      for (let number = 1; number <= jobs; number += 1) {
        const target = `${folder}/${number}.qcow2`;
        const request = {
          source,
          target,
          format: "qcow2",
          options: {},
          compress: false,
          replace: false,
          verify: false,
        };
        const reply = await lamina.call("convert.start", request);
        if (!reply.ok) throw new Error(reply.failure.message);
      }
    },
    { source, folder, jobs },
  );
}

async function listJobs(page: Page): Promise<CallOutput<"jobs.list">> {
  const reply = await page.evaluate(() =>
    (window as unknown as { lamina: LaminaBridge<File> }).lamina.call("jobs.list", undefined),
  );
  return reply.ok ? (reply.value as CallOutput<"jobs.list">) : [];
}

/** Closes the window as its user would; whoever is asked answers with this button. */
async function closeWindow(app: ElectronApplication, button: number): Promise<void> {
  await app.evaluate(({ BrowserWindow, dialog }, response) => {
    const answers = { asked: 0, question: "" };
    dialog.showMessageBox = (...given: unknown[]) => {
      answers.asked += 1;
      answers.question = (given.at(-1) as { message: string }).message;
      return Promise.resolve({ response, checkboxChecked: false });
    };
    Object.assign(globalThis, { answers });
    // After the answer to this call: the process may end with the window.
    setTimeout(() => BrowserWindow.getAllWindows()[0]?.close(), 50);
  }, button);
}

/** What was asked since the window was last closed. */
function asked(app: ElectronApplication): Promise<{ asked: number; question: string }> {
  return app.evaluate(
    () => (globalThis as unknown as { answers: { asked: number; question: string } }).answers,
  );
}

/** Starts a change of an image, and waits until it is under way. */
async function startChange(page: Page, change: ImageChange): Promise<void> {
  await page.evaluate(
    (input) =>
      new Promise<void>((begun) => {
        const { lamina } = window as unknown as { lamina: LaminaBridge<File> };
        lamina.on((name, payload) => {
          if (name === "change.progress" && (payload as { done: number }).done > 0) begun();
        });
        void lamina.call("change.start", { change: input, force: true });
      }),
    change,
  );
}

test("quitting while conversions run asks, and leaves no half image", async ({
  folder,
  launch,
}) => {
  const source = join(folder, "disk.raw");
  writeDisk(source);
  const { app, page } = await launch();
  await startJobs(page, source, folder);

  await closeWindow(app, 0);
  await expect
    .poll(() => asked(app))
    .toEqual({ asked: 1, question: "A conversion is still running." });
  // Between the end of one and the start of the next there are fewer.
  await expect
    .poll(async () => (await listJobs(page)).filter(({ state }) => state === "running").length)
    .toBe(2);

  const exited = new Promise((done) => app.process().once("exit", done));
  await closeWindow(app, 1);
  expect(await exited).toBe(0);
  const left = readdirSync(folder).filter((name) => name !== "disk.raw" && name !== ".settings");
  expect(left.length).toBeLessThan(jobs);
  expect(left.filter((name) => !/^\d+\.qcow2$/.test(name))).toEqual([]);
});

test("quitting while an image is changed asks, and leaves the image whole", async ({
  folder,
  launch,
}) => {
  const base = join(folder, "base.qcow2");
  makeEndless(base);
  copyFileSync(base, join(folder, "twin.qcow2"));
  const path = create(join(folder, "disk.qcow2"), base);
  const { app, page } = await launch();
  await startChange(page, { kind: "rebase", path, base: join(folder, "twin.qcow2") });

  await closeWindow(app, 0);
  await expect
    .poll(() => asked(app))
    .toEqual({ asked: 1, question: "An image is still being changed." });

  const exited = new Promise((done) => app.process().once("exit", done));
  await closeWindow(app, 1);
  expect(await exited).toBe(0);
  expect(info(path)["backing-filename"]).toBe("base.qcow2");
  mustBeClean(path);
});

test("an idle window closes without a question, and comes back where it was", async ({
  launch,
}) => {
  const place = { x: 40, y: 30, width: 1000, height: 700 };
  const { app } = await launch();
  await app.evaluate(({ BrowserWindow }, bounds) => {
    BrowserWindow.getAllWindows()[0]?.setBounds(bounds);
  }, place);
  const exited = new Promise((done) => app.process().once("exit", done));
  await closeWindow(app, 0);
  expect(await exited).toBe(0);

  const again = await launch();
  const bounds = () =>
    again.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds());
  await expect.poll(bounds).toEqual(place);
});
