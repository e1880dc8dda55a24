import { copyFileSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { _electron, type Page } from "@playwright/test";
import type { LaminaBridge } from "../../../shared/ipc/channels";
import { mustRun } from "../run";
import { keepConverting, type Conversions } from "./conversions";
import { putProbe, readProbe, type Noted } from "./page-probe";
import { watched } from "./quiet";
import { turn, lookAround } from "./look-around";

/** How soon a used window answered. Milliseconds. */
export interface Response {
  /** 95th percentile of all inputs, to the end of the frame that answered. */
  readonly inputs: number;
  /** 95th percentile of clicks and keys, to the picture on the screen, by Event Timing; NaN without any. */
  readonly events: number;
  /** The longest task, 0 when none took 50 ms. */
  readonly longest: number;
  /** 95th percentile and longest, from frame to frame. */
  readonly frames: { readonly p95: number; readonly longest: number };
  /** Inputs in all. */
  readonly count: number;
  readonly disturbed: boolean;
}

/** The images of the folder that the library watches. */
const images = 300;
/** Milliseconds after which the window has done what it does with an image by itself. */
const rest = 3000;
const root = resolve(import.meta.dirname, "../../..");

/** Uses the window while four conversions of `disk`, a raw one, are kept going. `image` is on the page. */
export async function whileConverting(
  disk: string,
  image: string,
  folder: string,
  seconds: number,
): Promise<Response & { readonly conversions: Conversions }> {
  const library = await makeLibrary(folder);
  return withWindow(image, folder, async (page) => {
    await page.evaluate((path) => {
      const { lamina } = window as unknown as { lamina: LaminaBridge<File> };
      return lamina.call("library.watch", { path });
    }, library);
    await page.getByTestId("library-image").nth(9).waitFor();
    await page.waitForTimeout(rest);
    return watched(async () => {
      // Two write as fast as they can, two compress.
      const requests = [0, 1, 2, 3].map((nth) => ({
        source: disk,
        target: join(folder, `converted-${nth}.qcow2`),
        format: "qcow2" as const,
        options: {},
        compress: nth % 2 === 1,
        replace: false,
        verify: false,
      }));
      const stop = await keepConverting(page, requests);
      await putProbe(page);
      await lookAround(page, seconds);
      const noted = await readProbe(page);
      const conversions = await stop();
      await page.waitForTimeout(1000);
      return { ...responseOf(noted), conversions };
    });
  });
}

/** Scrolls through the map of `image` while nothing else is done. */
export function onMap(image: string, folder: string, seconds: number): Promise<Response> {
  return withWindow(image, folder, async (page) => {
    await page.getByRole("tab", { name: "Map" }).click();
    const surface = page.getByTestId("map-surface");
    await surface.hover();
    await surface.focus();
    for (let times = 0; times < 6; times += 1) await page.keyboard.press("+");
    await page.waitForTimeout(rest);
    return watched(async () => {
      await putProbe(page);
      const until = performance.now() + seconds * 1000;
      while (performance.now() < until) {
        await turn(page, 40, 300);
        await turn(page, 40, -300);
      }
      return responseOf(await readProbe(page));
    });
  });
}

async function withWindow<T>(
  image: string,
  folder: string,
  work: (page: Page) => Promise<T>,
): Promise<T> {
  const userData = join(folder, "response-settings");
  mkdirSync(userData, { recursive: true });
  const env = Object.entries({ ...process.env, LAMINA_USER_DATA: userData });
  const app = await _electron.launch({
    args: [...(process.getuid?.() === 0 ? ["--no-sandbox"] : []), root, image],
    env: Object.fromEntries(
      env.filter((entry): entry is [string, string] => entry[1] !== undefined),
    ),
  });
  try {
    const page = await app.firstWindow();
    await page.getByRole("tabpanel").waitFor();
    return await work(page);
  } finally {
    await app.close();
  }
}

/** Makes a folder of many small images. */
async function makeLibrary(folder: string): Promise<string> {
  const library = join(folder, "library");
  mkdirSync(library);
  const first = join(library, "machine-000.qcow2");
  await mustRun("qemu-img", ["create", "-q", "-f", "qcow2", first, "40G"]);
  for (let nth = 1; nth < images; nth += 1) {
    copyFileSync(first, join(library, `machine-${String(nth).padStart(3, "0")}.qcow2`));
  }
  return library;
}

function responseOf(noted: Noted): Omit<Response, "disturbed"> {
  // Event Timing keeps quiet about what was answered sooner than 16 ms.
  const quick = Math.max(0, noted.events - noted.slowEvents.length);
  const events = [...noted.slowEvents, ...Array.from({ length: quick }, () => 16)];
  return {
    inputs: percentile(noted.inputs, 0.95),
    events: percentile(events, 0.95),
    longest: Math.max(0, ...noted.longTasks),
    frames: { p95: percentile(noted.frames, 0.95), longest: Math.max(0, ...noted.frames) },
    count: noted.inputs.length,
  };
}

/** The least value that is not below so great a part of them. */
function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * part) - 1] ?? Number.NaN;
}
