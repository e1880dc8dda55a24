import { basename, join } from "node:path";
import type { Page } from "@playwright/test";
import axe from "axe-core";
import { qemuImg, qemuIo, qemuJson } from "../helpers/qemu-img";
import { motionOn, violationsOn } from "./axe";
import { restOf } from "./dialogs";
import { expect, test } from "./lamina";
import { openPalette, runCommand } from "./palette";

/** An overlay on a base, with two snapshots; a chain without its base; a file that is no image. */
function makeImages(folder: string): { overlay: string; broken: string; damaged: string } {
  const base = join(folder, "debian-12-base.qcow2");
  const overlay = join(folder, "web01.qcow2");
  const broken = join(folder, "broken.qcow2");
  const damaged = join(folder, "damaged.vhdx");
  qemuImg(["create", "-q", "-f", "qcow2", base, "64M"]);
  qemuIo(base, "qcow2", ["write -q -P 1 0 8M"]);
  qemuImg(["create", "-q", "-f", "qcow2", "-b", base, "-F", "qcow2", overlay]);
  qemuIo(overlay, "qcow2", ["write -q -P 2 6M 4M"]);
  qemuImg(["snapshot", "-c", "before-upgrade", overlay]);
  qemuIo(overlay, "qcow2", ["write -q -P 3 8M 4M"]);
  qemuImg(["snapshot", "-c", "upgraded", overlay]);
  qemuImg(["create", "-q", "-f", "qcow2", "-u", "-b", "gone.qcow2", "-F", "qcow2", broken, "64M"]);
  qemuImg(["create", "-q", "-f", "vhdx", damaged, "8M"]);
  qemuIo(damaged, "raw", ["write -q -P 255 64k 1M"]);
  return { overlay, broken, damaged };
}

test("axe finds nothing on any screen, light or dark", async ({ folder, launch }) => {
  // A busy machine takes its time to look at so many screens.
  test.slow();
  const { overlay, broken, damaged } = makeImages(folder);
  const lamina = await launch();
  const { page } = lamina;
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await page.evaluate(axe.source);
  const found: string[] = [];
  const look = async (screen: string) => {
    await expect(page.locator(".mantine-Loader-root:visible")).toHaveCount(0);
    found.push(...(await violationsOn(page, screen)));
    found.push(...(await motionOn(page)).map((motion) => `${screen}: ${motion}`));
  };
  await look("welcome");

  for (const path of [broken, damaged, overlay]) {
    await lamina.startSecond(path);
    const row = page.locator('[data-testid="recent-image"][data-on]');
    await expect(row).toHaveAttribute("data-path", path);
    // Its tabs are looked at below.
    if (path !== overlay) await look(basename(path));
  }
  await expect(page.getByRole("heading", { level: 1, name: basename(overlay) })).toBeVisible();
  await expect.poll(() => page.getByRole("tab").count()).toBeGreaterThanOrEqual(4);
  const tabs = await page.getByRole("tab").all();
  for (const tab of tabs) {
    await tab.click();
    await expect(tab).toHaveAttribute("aria-selected", "true");
    await look(`tab ${await tab.innerText()}`);
  }

  await openPalette(page);
  const pages = await page
    .locator("[role=option][data-command^=page-]")
    .evaluateAll((options) => options.map((option) => option.getAttribute("data-command") ?? ""));
  await look("palette");
  await page.keyboard.press("Escape");
  expect(pages).not.toEqual([]);
  await expect(page.locator('[aria-modal="true"]')).toHaveCount(0);
  for (const button of await page.locator('button[aria-haspopup="menu"]').all()) {
    await button.click();
    const menu = page.getByRole("menu");
    await expect(menu.locator("[role^=menuitem]").first()).toBeVisible();
    await look(`menu ${await button.getAttribute("aria-label")}`);
    await page.keyboard.press("Escape");
    await expect(menu).toHaveCount(0);
  }
  for (const id of pages) {
    await runCommand(page, id);
    await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
    await look(id);
  }

  for (const id of ["take", "about", "convert"]) {
    await runCommand(page, id);
    const dialog = page.locator('[aria-modal="true"]:has(h2)');
    await expect(dialog).toBeVisible();
    if (id === "convert") await restOf(dialog);
    await look(`dialog ${id}`);
    if (id !== "convert") await page.keyboard.press("Escape");
  }
  await page.getByRole("button", { name: "Convert", exact: true }).click();
  const receipt = page.getByRole("button", { name: /^Receipt of/ });
  // A new image is flushed to the disk, which may have others to serve.
  await expect(receipt).toBeVisible({ timeout: 120_000 });
  await receipt.click();
  await expect(page.getByTestId("receipt-sha256")).toBeVisible();
  await look("receipt");
  await page.keyboard.press("Escape");
  await expect(page.locator('[aria-modal="true"]')).toHaveCount(0);
  await page.getByRole("button", { name: "Show all jobs" }).click();
  await page.locator("summary", { hasText: "Details" }).click();
  await look("jobs");
  expect(found).toEqual([]);
});

/** Goes on by Tab to what has this name; everything on the way has to show that it has the focus. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press("Tab");
    const focused = await page.evaluate(() => {
      const element = document.activeElement ?? document.body;
      // A tree keeps the focus, and shows it on one of its items.
      const item = document.getElementById(element.getAttribute("aria-activedescendant") ?? "");
      const { outlineStyle, outlineWidth, borderTopColor } = getComputedStyle(item ?? element);
      const accent = getComputedStyle(document.documentElement).getPropertyValue("--accent");
      const probe = document.createElement("i");
      probe.style.color = accent;
      document.body.append(probe);
      const accentColor = getComputedStyle(probe).color;
      probe.remove();
      return {
        name: element.getAttribute("aria-label") ?? element.textContent,
        shown:
          (outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 2) ||
          borderTopColor === accentColor,
        html: element.outerHTML.slice(0, 300),
      };
    });
    expect(focused.shown, `focus is not to be seen on ${focused.html}`).toBe(true);
    if (name.test(focused.name)) return;
  }
  throw new Error(`no ${String(name)} is reached by Tab`);
}

test("everything is reached and done by keyboard, with the focus to be seen", async ({
  folder,
  launch,
}) => {
  test.slow();
  const { overlay } = makeImages(folder);
  const { page } = await launch(overlay);
  const { keyboard } = page;
  await expect(page.getByRole("heading", { level: 1, name: "web01.qcow2" })).toBeVisible();

  // What comes later must not take away what has the focus.
  await expect(page.getByTestId("takes").first()).toBeVisible();

  // From tab to tab by arrows, each with its panel.
  await tabTo(page, /^Overview$/);
  const tabs = await page.getByRole("tab").all();
  for (const tab of [...tabs.slice(1), ...tabs.slice(0, 1)]) {
    await keyboard.press("ArrowRight");
    await expect(tab).toBeFocused();
    await expect(tab).toHaveAttribute("aria-selected", "true");
  }

  // The dialog takes the focus and gives it back.
  const convert = page.getByRole("button", { name: "Convert…" });
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await tabTo(page, /^Convert…$/);
  await keyboard.press("Enter");
  const dialog = page.getByRole("dialog");
  await expect(dialog).toBeVisible();
  // A dialog takes the focus a moment after it shows: Tab pressed before that is lost.
  await expect(dialog.locator("[data-autofocus]")).toBeFocused();
  // A button that is not enabled yet is passed over.
  await restOf(dialog);
  await expect(dialog.getByRole("button", { name: "Convert", exact: true })).toBeEnabled();
  await tabTo(page, /^Convert$/);
  expect(await dialog.evaluate((one) => one.contains(document.activeElement))).toBe(true);
  await keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(convert).toBeFocused();

  // The palette finds a command by a word of it, and its dialog takes the focus.
  await keyboard.press("Control+k");
  const field = page.getByRole("combobox", { name: "Find an image or run a command" });
  await expect(field).toBeFocused();
  await keyboard.type("snapshot take");
  await expect(page.getByRole("option", { selected: true })).toHaveText("Take a snapshot…");
  await keyboard.press("Enter");
  const name = page.getByRole("textbox", { name: "Name of the snapshot" });
  await expect(name).toBeFocused();
  await keyboard.type("by keyboard");
  await keyboard.press("Enter");
  await expect(
    page.locator('[data-testid="snapshot-node"][data-name="by keyboard"]'),
  ).toBeVisible();
  const { snapshots } = qemuJson<{ snapshots: { name: string }[] }>(["info", overlay]);
  expect(snapshots.map((one) => one.name)).toContain("by keyboard");
});
