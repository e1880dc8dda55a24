import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { qemuImg, qemuIo, runOracle } from "../helpers/qemu-img";
import { button, create, info, make, MiB, mustBeClean } from "./changes";
import { expect, test } from "./lamina";
import { openPalette } from "./palette";

/** Runs what the palette finds first for some words. */
async function run(page: Page, words: string, found: string): Promise<void> {
  await openPalette(page);
  await page.keyboard.type(words);
  await expect(page.getByRole("option", { selected: true })).toHaveText(found);
  await page.keyboard.press("Enter");
}

test("the palette does what the image on the page allows", async ({ folder, launch }) => {
  const base = create(join(folder, "base.qcow2"));
  qemuIo(base, "qcow2", ["write -q -P 1 0 4M"]);
  const path = create(join(folder, "web01.qcow2"), base);
  qemuIo(path, "qcow2", ["write -q -P 2 1M 1M"]);
  const lamina = await launch(path);
  const { page, app } = lamina;
  await expect(page.getByRole("heading", { level: 1, name: "web01.qcow2" })).toBeVisible();

  await openPalette(page);
  await expect(page.getByRole("option").first()).toBeVisible();
  await lamina.picture("palette-image");
  await page.emulateMedia({ colorScheme: "dark" });
  await page.setViewportSize({ width: 900, height: 600 });
  await lamina.picture("palette-image-dark");
  await page.keyboard.press("Escape");

  await run(page, "copy path", "Copy the path of web01.qcow2");
  await expect.poll(() => app.evaluate(({ clipboard }) => clipboard.readText())).toBe(path);

  await run(page, "resize", "Resize…");
  await page.getByRole("textbox", { name: "New size of the disk" }).fill("96 MiB");
  await page.keyboard.press("Tab");
  await make(page, "Resize");
  expect(info(path)["virtual-size"]).toBe(96 * MiB);

  await run(page, "flatten", "Flatten…");
  await make(page, "Flatten in place");
  expect(info(path)).not.toHaveProperty("backing-filename");
  qemuIo(path, "qcow2", ["read -q -P 1 0 1M", "read -q -P 2 1M 1M", "read -q -P 1 2M 2M"]);
  mustBeClean(path);

  // A chain of one has nothing to be flattened, and a sound image nothing to be repaired.
  await openPalette(page);
  await expect(page.locator('[data-command="compact"]')).toHaveCount(1);
  for (const gone of ["flatten", "commit", "repair"])
    await expect(page.locator(`[data-command="${gone}"]`)).toHaveCount(0);
  await page.keyboard.press("Escape");
});

test("the palette repairs what a check has found", async ({ folder, launch }) => {
  const path = create(join(folder, "erp.qcow2"));
  qemuIo(path, "qcow2", ["write -q -P 1 0 4M"]);
  // A cluster behind the last one is counted as used.
  const bytes = readFileSync(path);
  const block = Number(bytes.readBigUInt64BE(Number(bytes.readBigUInt64BE(48))));
  const end = bytes.length / 65_536;
  bytes.writeUInt16BE(1, block + end * 2);
  writeFileSync(path, Buffer.concat([bytes, Buffer.alloc(65_536)]));
  const leaks = () =>
    (
      JSON.parse(runOracle("qemu-img", ["check", "--output=json", path]).stdout) as {
        leaks?: number;
      }
    ).leaks ?? 0;
  expect(leaks()).toBe(1);

  const { page } = await launch(path);
  await expect(page.getByRole("heading", { level: 1, name: "erp.qcow2" })).toBeVisible();
  await run(page, "check", "Check erp.qcow2");
  await expect(page.getByTestId("leaks")).toContainText("1");
  await page.getByRole("tab", { name: "Overview" }).click();
  await run(page, "leaked", "Free leaked clusters…");
  await expect(page.getByRole("dialog")).toBeVisible();
  await button(page, "Repair in place").click();
  await expect(page.getByTestId("repaired")).toContainText("Nothing is left");
  expect(leaks()).toBe(0);
  qemuImg(["check", "-q", path]);
});
