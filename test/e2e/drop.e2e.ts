import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { mustBeIdentical, qemuImg, qemuIo } from "../helpers/qemu-img";
import { restOf } from "./dialogs";
import { drop } from "./dropping";
import { expect, test } from "./lamina";

/** An image of 4 MiB in `folder` with data of its own. */
function image(folder: string, name: string, pattern: number): string {
  const path = join(folder, name);
  qemuImg(["create", "-q", "-f", "qcow2", path, "4M"]);
  qemuIo(path, "qcow2", [`write -P ${pattern} 1M 1M`]);
  return path;
}

test("one image opens, several are asked about, a folder is watched", async ({
  folder,
  launch,
}) => {
  const one = image(folder, "one.qcow2", 1);
  const two = image(folder, "two.qcow2", 2);
  const vms = join(folder, "machines");
  mkdirSync(vms);
  image(vms, "inside.qcow2", 3);
  const lamina = await launch();
  const { page } = lamina;

  await drop(page, [one], "open");
  await expect(page.getByRole("heading", { name: "one.qcow2", level: 1 })).toBeVisible();
  await drop(page, [vms], "open");
  await expect(page.getByTestId("library-image")).toHaveText(/inside\.qcow2/);

  await drop(page, [one, two], "open");
  const dialog = page.getByRole("dialog", { name: "2 images" });
  await expect(dialog.getByRole("listitem")).toHaveText(["one.qcow2", "two.qcow2"]);
  await lamina.picture("drop-several");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(page.getByTestId("recent-image")).toHaveCount(1);
  await drop(page, [two, one], "open");
  await dialog.getByRole("button", { name: /^Add to the library/ }).click();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(page.getByRole("heading", { name: "two.qcow2", level: 1 })).toBeVisible();
  await expect(page.getByTestId("recent-image")).toHaveCount(2);

  await drop(page, [one, two], "open");
  await dialog.getByRole("button", { name: /^Watch their folder/ }).click();
  await expect(page.getByTestId("watched-folder")).toHaveCount(2);
  await expect(page.getByTestId("recent-image")).toHaveCount(0);
});

test("several are converted, one job each, and each can be dragged out", async ({
  folder,
  launch,
}) => {
  const sources = [image(folder, "one.qcow2", 1), image(folder, "two.qcow2", 2)];
  const lamina = await launch();
  const { app, page } = lamina;
  await drop(page, sources, "open");
  await page.getByRole("button", { name: /^Convert all/ }).click();
  const dialog = page.getByRole("dialog", { name: "Convert 2 images" });
  await restOf(dialog);
  await dialog.getByRole("radio", { name: /^Raw disk/ }).check();
  await dialog.getByRole("button", { name: "Convert 2 images" }).click();
  await page.getByRole("button", { name: "Show all jobs" }).click();
  const jobs = page.getByTestId("job");
  await expect(jobs).toHaveCount(2);
  for (const nth of [0, 1]) await expect(jobs.nth(nth)).toHaveAttribute("data-state", "done");
  for (const source of sources)
    mustBeIdentical(source, source.replace(/qcow2$/, "img"), "qcow2", "raw");

  await app.evaluate(({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents;
    if (contents === undefined) return;
    contents.startDrag = ({ file, icon }) => {
      const size = typeof icon === "string" ? icon : `${icon.getSize().width} ${icon.isEmpty()}`;
      Object.assign(globalThis, { dragged: [file, size] });
    };
  });
  const row = jobs.filter({ hasText: "two.qcow2" }).locator("[draggable=true]");
  await row.dispatchEvent("dragstart");
  await expect
    .poll(() => app.evaluate(() => (globalThis as { dragged?: unknown }).dragged))
    .toEqual([join(folder, "two.img"), "48 false"]);
});
