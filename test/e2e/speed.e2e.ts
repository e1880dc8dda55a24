import { statSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { qemuImg, qemuIo, qemuJson } from "../helpers/qemu-img";
import { pick, setTheme } from "./dialogs";
import { makeEndless } from "./endless-image";
import { expect, test, type Lamina } from "./lamina";

const MiB = 2 ** 20;

async function openSpeed({ page }: Lamina): Promise<Page> {
  await page.getByRole("tab", { name: "Speed" }).click();
  await expect(page.getByTestId("meaning")).toBeVisible();
  return page;
}

/** Bytes that the table says were read, once through. */
async function bytesRead(page: Page, row: string): Promise<number> {
  const shown = page.getByTestId(row).getByTestId("bytes-read");
  return Number(await shown.getAttribute("data-bytes"));
}

/** A thin image of 48 MiB with 9 MiB of data, and the same disk as a raw file with holes. */
function makeImages(folder: string): { path: string; raw: string } {
  const path = join(folder, "web01.qcow2");
  const raw = join(folder, "web01.raw");
  qemuImg(["create", "-q", "-f", "qcow2", path, "48M"]);
  qemuIo(path, "qcow2", ["write -q -P 1 0 8M", "write -q -P 2 30M 1M"]);
  qemuImg(["convert", "-f", "qcow2", "-O", "raw", path, raw]);
  return { path, raw };
}

test("what was read is all of the disk, the file and the raw file", async ({ folder, launch }) => {
  const { path, raw } = makeImages(folder);
  const before = statSync(path).mtimeMs;
  const lamina = await launch(path, raw);
  const page = await openSpeed(lamina);
  const length = statSync(path).size;
  const records = `${Math.floor(length / 8192)}+${length % 8192 > 0 ? 1 : 0}`;
  await expect(page.getByTestId("meaning")).toContainText(`after ${records} records`);

  await pick(page.getByRole("combobox", { name: "Compare with a raw file" }), "web01.raw");
  await page.getByRole("button", { name: "Measure" }).click();
  await expect(page.getByRole("button", { name: "Measure again" })).toBeVisible({
    timeout: 120_000,
  });
  const sizes = { disk: 48 * MiB, file: length, raw: 48 * MiB };
  for (const [subject, size] of Object.entries(sizes))
    for (const pattern of ["sequential", "random"])
      for (const pass of ["first", "again"])
        expect(await bytesRead(page, `${subject}-${pattern}-${pass}`)).toBe(size);
  // 39 of 48 MiB are stored nowhere: 81 %.
  const stored = qemuJson<{ length: number; data: boolean }[]>(["map", path])
    .filter(({ data }) => data)
    .reduce((sum, entry) => sum + entry.length, 0);
  const share = `${Math.round(100 * (1 - stored / (48 * MiB)))}%`;
  await expect(page.getByTestId("disk-sequential-first")).toContainText(share);
  await expect(page.getByTestId("meaning")).toContainText(`${share} of what was read of the disk`);

  // Three subjects, each with two bars; as many as the table has rows for that pattern.
  for (const pattern of ["sequential", "random"]) {
    const chart = page.getByTestId(`chart-${pattern}`);
    await expect(chart.locator(".recharts-bar-rectangle path")).toHaveCount(6);
    // The axes are drawn after the bars: three names, and two marks at least.
    await expect(chart.locator(".recharts-cartesian-axis-tick-value").nth(4)).toBeVisible();
    await expect(chart).toHaveAccessibleName(/Disk: .*; Image file: .*; Raw file: /);
  }
  await lamina.picture("speed");
  await page.getByTestId("meaning").scrollIntoViewIfNeeded();
  await lamina.picture("speed-table");
  await setTheme(page, "Dark");
  await page.getByRole("button", { name: "Measure again" }).scrollIntoViewIfNeeded();
  await lamina.picture("speed-dark");
  expect(statSync(path).mtimeMs).toBe(before);
});

test("a measurement can be stopped", async ({ folder, launch }) => {
  const path = join(folder, "packed.qcow2");
  // Far more to unpack than it takes on the disk: it takes long enough to stop it.
  makeEndless(path, { compressed: true });
  const lamina = await launch(path);
  const page = await openSpeed(lamina);
  await expect(page.getByTestId("meaning")).toContainText("Compressed clusters are unpacked");
  await page.getByRole("button", { name: "Measure" }).click();
  await expect(page.getByRole("progressbar", { name: "Measuring" })).toBeVisible();
  await page.getByRole("button", { name: "Stop" }).click();
  await expect(page.getByText("Stopped.")).toBeVisible();
  await expect(page.getByRole("progressbar", { name: "Measuring" })).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Measure" })).toBeVisible();
});
