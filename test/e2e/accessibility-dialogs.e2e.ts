import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import axe from "axe-core";
import { qemuImg, qemuIo } from "../helpers/qemu-img";
import { motionOn, violationsOn } from "./axe";
import { create, told } from "./changes";
import { openConvert, restOf } from "./dialogs";
import { drop } from "./dropping";
import { expect, test, type Lamina } from "./lamina";
import { runCommand } from "./palette";

/** Looks with all of axe's rules, light and dark; tells at the end what it has found. */
async function looker({ page }: Lamina) {
  await page.evaluate(axe.source);
  const found: string[] = [];
  return {
    found,
    look: async (screen: string) => {
      await expect(page.locator(".mantine-Loader-root:visible")).toHaveCount(0);
      found.push(...(await violationsOn(page, screen, "all")));
      found.push(...(await motionOn(page)).map((motion) => `${screen}: ${motion}`));
    },
  };
}

/** The dialog that is open, once it is. */
async function dialogOf(page: Page) {
  const dialog = page.getByRole("dialog");
  await expect(dialog).toBeVisible();
  return dialog;
}

/** Closes it; nothing is over the page then. */
async function leave(page: Page): Promise<void> {
  await page.keyboard.press("Escape");
  await expect(page.locator('[aria-modal="true"]')).toHaveCount(0);
}

test("axe finds nothing in the dialogs that ask before a change", async ({ folder, launch }) => {
  test.slow();
  const base = create(join(folder, "base.qcow2"));
  qemuIo(base, "qcow2", ["write -q -P 1 0 8M"]);
  const path = create(join(folder, "web01.qcow2"), base);
  qemuIo(path, "qcow2", ["write -q -P 2 6M 4M"]);
  qemuImg(["snapshot", "-c", "before-upgrade", path]);
  qemuIo(path, "qcow2", ["write -q -P 3 8M 4M"]);
  const lamina = await launch(path);
  const { page } = lamina;
  await expect(page.getByRole("heading", { level: 1, name: "web01.qcow2" })).toBeVisible();
  const { found, look } = await looker(lamina);

  for (const change of ["resize", "compact", "amend", "flatten", "commit"]) {
    await runCommand(page, change);
    await dialogOf(page);
    await told(page);
    await look(change);
    await leave(page);
  }

  await page.getByRole("tab", { name: "Snapshots" }).click();
  await page.locator('[data-testid="snapshot-node"][data-name="before-upgrade"]').click();
  for (const name of ["Rename…", "Go back to this…", "Delete…"]) {
    await page.getByRole("button", { name, exact: true }).click();
    await dialogOf(page);
    await look(name);
    await leave(page);
  }
  await page.getByRole("button", { name: "Compare with now" }).click();
  await expect(page.getByTestId("stretch").first()).toBeVisible();
  await look("comparison");
  expect(found).toEqual([]);
});

test("axe finds nothing in the dialogs about files", async ({ folder, launch }) => {
  test.slow();
  const places = ["elsewhere", "vm"].map((name) => join(folder, name));
  for (const place of places) mkdirSync(place);
  const [elsewhere = "", vm = ""] = places;
  const base = create(join(elsewhere, "base.qcow2"), undefined, "8M");
  const refused = join(vm, "refused.qcow2");
  qemuImg(["create", "-q", "-f", "qcow2", "-b", base, "-F", "qcow2", refused]);
  const damaged = create(join(vm, "damaged.qcow2"), undefined, "8M");
  qemuIo(damaged, "qcow2", ["write -q -P 1 0 1M"]);
  // The refcounts of some clusters that are used: they lie in the third cluster.
  qemuIo(damaged, "raw", ["write -q -P 0 131080 4"]);
  const lamina = await launch(base);
  const { page } = lamina;
  await expect(page.getByRole("heading", { level: 1, name: "base.qcow2" })).toBeVisible();
  const { found, look } = await looker(lamina);

  const dialog = await openConvert(page);
  await dialog.getByRole("radio", { name: /^raw/i }).check();
  await dialog.getByRole("button", { name: "More options" }).click();
  await restOf(dialog);
  await look("convert, all options");
  await dialog.getByRole("button", { name: "Convert", exact: true }).click();
  const receipt = page.getByRole("button", { name: /^Receipt of/ });
  // A new image is flushed to the disk, which may have others to serve.
  await expect(receipt).toBeVisible({ timeout: 120_000 });
  await receipt.click();
  await page.getByRole("button", { name: "Move the original to the trash…" }).click();
  await expect(page.getByTestId("original")).toHaveAttribute("data-state", "ready");
  await look("original to the trash");
  await leave(page);

  await lamina.startSecond(damaged);
  await expect(page.getByRole("heading", { level: 1, name: "damaged.qcow2" })).toBeVisible();
  await page.getByRole("tab", { name: "Health" }).click();
  await page.getByRole("button", { name: "Repair…" }).click();
  await dialogOf(page);
  await look("repair");
  await leave(page);
  await look("findings");

  await lamina.startSecond(refused);
  await expect(page.getByRole("heading", { level: 1, name: "refused.qcow2" })).toBeVisible();
  await page.getByRole("tab", { name: "Chain" }).click();
  await look("refused base");
  await page.getByRole("button", { name: "Trust this folder…" }).click();
  await dialogOf(page);
  await look("trust");
  await leave(page);

  await drop(page, [base, damaged], "open");
  await dialogOf(page);
  await look("several images");
  expect(found).toEqual([]);
});
