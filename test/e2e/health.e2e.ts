import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { qemuImg, qemuIo, qemuJson, runOracle } from "../helpers/qemu-img";
import { setTheme } from "./dialogs";
import { expect, test, type Lamina } from "./lamina";

interface QemuCheck {
  leaks?: number;
  corruptions?: number;
  "image-end-offset": number;
  "allocated-clusters": number;
  "total-clusters": number;
}

/** As `qemu-img check --output=json`, which ends with 2 or 3 where it finds something. */
function checked(path: string): QemuCheck {
  return JSON.parse(runOracle("qemu-img", ["check", "--output=json", path]).stdout) as QemuCheck;
}

function makeImage(folder: string): string {
  const path = join(folder, "erp.qcow2");
  qemuImg(["create", "-q", "-f", "qcow2", path, "64M"]);
  qemuIo(path, "qcow2", ["write -q -P 1 0 4M", "write -q -P 2 20M 1M"]);
  qemuImg(["snapshot", "-c", "before", path]);
  return path;
}

/** Sets the refcounts (16 bits wide) of clusters from `first` on. */
function setRefcounts(path: string, first: number, counts: readonly number[]): void {
  const bytes = readFileSync(path);
  const block = Number(bytes.readBigUInt64BE(Number(bytes.readBigUInt64BE(48))));
  counts.forEach((count, i) => bytes.writeUInt16BE(count, block + (first + i) * 2));
  // A cluster that the file does not reach cannot be leaked.
  const reach = Buffer.alloc(Math.max(0, (first + counts.length) * 65536 - bytes.length));
  writeFileSync(path, Buffer.concat([bytes, reach]));
}

async function openHealth({ page }: Lamina): Promise<Page> {
  await page.getByRole("tab", { name: "Health" }).click();
  await expect(page.getByTestId("verdict")).toBeVisible();
  return page;
}

/** Holds the figures on the screen against qemu-img's. */
async function mustAgree(page: Page, path: string): Promise<void> {
  const told = checked(path);
  await expect(page.getByTestId("corruptions")).toHaveText(String(told.corruptions ?? 0));
  await expect(page.getByTestId("leaks")).toHaveText(new RegExp(`^${told.leaks ?? 0}($|\\s)`));
  const count = (value: number) => value.toLocaleString("en");
  await expect(page.getByTestId("allocated-clusters")).toHaveText(
    `${count(told["allocated-clusters"])} of ${count(told["total-clusters"])}`,
  );
  await expect(page.getByTestId("image-end")).toHaveAttribute(
    "data-bytes",
    String(told["image-end-offset"]),
  );
}

test("a sound image is told so; leaks are found and freed in place", async ({ folder, launch }) => {
  const path = makeImage(folder);
  const lamina = await launch(path);
  const page = await openHealth(lamina);
  await expect(page.getByTestId("verdict")).toContainText("sound");
  await mustAgree(page, path);
  await lamina.picture("health-sound");

  // Three clusters behind the last one that is used.
  const end = checked(path)["image-end-offset"] / 65536;
  setRefcounts(path, end, [1, 1, 1]);
  await page.getByRole("button", { name: "Check again" }).click();
  await expect(page.getByTestId("finding")).toHaveCount(3);
  await mustAgree(page, path);
  expect(checked(path).leaks).toBe(3);
  await lamina.picture("health-leaks");

  await page.getByRole("button", { name: "Free leaked clusters…" }).click();
  await expect(page.getByRole("dialog")).toContainText("3 clusters");
  await page.getByRole("button", { name: "Repair in place" }).click();
  await expect(page.getByTestId("repaired")).toContainText("leaks freed: 3. Nothing is left");
  expect(checked(path)).not.toHaveProperty("leaks");
  await mustAgree(page, path);
  qemuIo(path, "qcow2", ["read -q -P 1 0 4M", "read -q -P 2 20M 1M"]);
});

test("a damaged image is repaired in a copy, and stays as it is", async ({ folder, launch }) => {
  const path = makeImage(folder);
  setRefcounts(path, 5, [0, 1, 7, 0, 1]);
  const damaged = readFileSync(path);
  const lamina = await launch(path);
  const page = await openHealth(lamina);
  await expect(page.getByTestId("verdict")).toContainText("damaged");
  await mustAgree(page, path);
  await expect(page.getByTestId("finding").first()).toContainText("0x");
  await lamina.picture("health-damaged");

  const copy = join(folder, "erp-repaired.qcow2");
  await lamina.app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
  }, copy);
  await page.getByRole("button", { name: "Repair…" }).click();
  await lamina.picture("health-repair");
  await page.getByRole("button", { name: "Repair a copy…" }).click();
  await expect(page.getByTestId("repaired")).toContainText("Nothing is left");
  expect(existsSync(`${copy}.partial`)).toBe(false);
  qemuImg(["check", copy]);
  qemuIo(copy, "qcow2", ["read -q -P 1 0 4M", "read -q -P 2 20M 1M"]);
  expect(readFileSync(path).equals(damaged)).toBe(true);

  await page.getByRole("button", { name: "Open erp-repaired.qcow2" }).click();
  await expect(page.getByRole("heading", { name: "erp-repaired.qcow2", level: 1 })).toBeVisible();
  await openHealth(lamina);
  await expect(page.getByTestId("verdict")).toContainText("sound");

  await setTheme(page, "Dark");
  await lamina.picture("health-dark");
});

test("an image that keeps no counts says so", async ({ folder, launch }) => {
  const path = join(folder, "plain.raw");
  qemuImg(["create", "-q", "-f", "raw", path, "8M"]);
  expect(qemuJson<{ format: string }>(["info", "-f", "raw", path]).format).toBe("raw");
  const lamina = await launch(path);
  await lamina.page.getByRole("tab", { name: "Health" }).click();
  await expect(lamina.page.getByText("There is no check for raw images")).toBeVisible();
});
