import { basename } from "node:path";
import type { Page } from "@playwright/test";
import { qemuImg, qemuJson } from "../helpers/qemu-img";
import { expect, type Lamina } from "./lamina";

interface QemuInfo {
  "backing-filename"?: string;
  "virtual-size": number;
  "format-specific": {
    data: { compat: string; "lazy-refcounts": boolean; "refcount-bits": number };
  };
}
interface QemuCheck {
  leaks?: number;
  corruptions?: number;
}

export const MiB = 2 ** 20;

/** What qemu-img tells of an image. */
export const info = (path: string) => qemuJson<QemuInfo>(["info", path]);

/** A qcow2 image, on a base in its folder where one is given. */
export function create(path: string, base?: string, size = "64M"): string {
  const on = base === undefined ? [size] : [];
  const backing = base === undefined ? [] : ["-b", basename(base), "-F", "qcow2"];
  qemuImg(["create", "-q", "-f", "qcow2", ...backing, path, ...on]);
  return path;
}

/** Fails unless qemu-img finds neither leaks nor corruptions. */
export function mustBeClean(...paths: string[]): void {
  for (const path of paths) {
    const { leaks = 0, corruptions = 0 } = qemuJson<QemuCheck>(["check", path]);
    expect({ path, leaks, corruptions }).toEqual({ path, leaks: 0, corruptions: 0 });
  }
}

/** Fails unless both hold the same disk. */
export const mustRead = (path: string, raw: string) => qemuImg(["compare", "-q", path, raw]);

/** Makes the desktop's dialog for opening answer with a path. */
export async function answerDialogs({ app }: Lamina, path: string): Promise<void> {
  await app.evaluate(({ dialog }, filePath) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [filePath] });
  }, path);
}

/** The button of this very name. */
export const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });

/** Waits until the dialog tells what the change would do: what comes then moves what lies below. */
export const told = (page: Page): Promise<void> =>
  expect(page.getByTestId("change")).toHaveAttribute("data-view", /ready|failed/);

/** Says yes in the dialog, waits for its end, and closes it. */
export async function make(page: Page, yes: string): Promise<void> {
  const dialog = page.getByRole("dialog");
  await told(page);
  await dialog.getByRole("button", { name: yes, exact: true }).click();
  await expect(page.getByTestId("change-done")).toContainText("is sound");
  await dialog.getByRole("button", { name: "Close", exact: true }).last().click();
  await expect(dialog).toBeHidden();
}
