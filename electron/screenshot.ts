import { rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

/** What `--lamina-screenshot=FILE` works with. */
export interface ScreenshotParts {
  /** The file to write, a PNG. */
  readonly file: string;
  /** Resolves when the page shows what it was asked to show. */
  readonly settled: Promise<void>;
  /** Draws the window once more and answers the picture as PNG. */
  capture(): Promise<Uint8Array>;
  /** How long to wait for all of it, in milliseconds. */
  readonly patience: number;
}

/**
 * Waits for the page, then writes its picture.
 *
 * @returns why there is none; undefined when it was written
 */
export async function takeScreenshot(parts: ScreenshotParts): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_done, fail) => {
    timer = setTimeout(() => {
      fail(new Error(`the page did not settle within ${Math.round(parts.patience / 1000)} s`));
    }, parts.patience);
  });
  try {
    await Promise.race([writePicture(parts), late]);
    return undefined;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return noPicture(why);
  } finally {
    clearTimeout(timer);
  }
}

/** The one line that says why there is no picture. */
export function noPicture(why: string): string {
  return `No screenshot was written: ${why}`;
}

async function writePicture({ settled, capture, file }: ScreenshotParts): Promise<void> {
  await settled;
  await writeFile(file, await capture());
}

/** A promise for the moment when the page says that it has settled. */
export function createSettledSignal(): { readonly told: Promise<void>; tell(): void } {
  let tell = (): void => {};
  const told = new Promise<void>((resolve) => {
    tell = resolve;
  });
  return { told, tell: () => tell() };
}

/**
 * The userData folder for pictures, inside the usual one: so that they can be taken beside a running
 * Lamina, and show nothing of what its user did before.
 */
export function pictureFolder(userData: string): string {
  const folder = join(userData, "screenshot");
  rmSync(join(folder, "settings.json"), { force: true });
  return folder;
}
