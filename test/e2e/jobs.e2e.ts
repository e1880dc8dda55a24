import { randomFillSync } from "node:crypto";
import { closeSync, ftruncateSync, openSync, readdirSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { mustBeIdentical } from "../helpers/qemu-img";
import { clickOnceShown, openConvert, restOf, setTheme } from "./dialogs";
import { expect, test } from "./lamina";

const MiB = 1024 * 1024;

/** Notes whether the jobs bar shows a text from now on, however shortly; ask what came of it later. */
async function noteText(page: Page, text: string): Promise<() => Promise<boolean>> {
  await page.evaluate((text) => {
    const noted = { shown: false };
    Object.assign(window, { noted });
    new MutationObserver(() => {
      const bar = document.querySelector('[data-testid="jobs-bar"]');
      noted.shown ||= bar?.textContent?.includes(text) === true;
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
  }, text);
  return () =>
    page.evaluate(() => (window as unknown as { noted: { shown: boolean } }).noted.shown);
}

test("a conversion is paused, waits, goes on, and is compared at its end", async ({
  folder,
  launch,
}) => {
  const name = "db01 nightly copy of the accounting server, before the move to the new storage.raw";
  const source = join(folder, name);
  const file = openSync(source, "wx");
  const data = randomFillSync(new Uint8Array(4 * MiB));
  for (let at = 0; at < 1024 * MiB; at += data.length) writeSync(file, data);
  ftruncateSync(file, 1280 * MiB);
  closeSync(file);

  const lamina = await launch(source);
  const { page } = lamina;
  await lamina.app.evaluate(({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()[0]?.setContentSize(900, 600);
  });
  await expect.poll(() => page.evaluate(() => innerWidth)).toBe(900);
  const dialog = await openConvert(page);
  await expect(dialog.getByRole("button", { name: "Convert", exact: true })).toBeEnabled();
  await lamina.picture("convert-small");
  // Copying alone may be over before its first progress is on the screen of a busy machine.
  await dialog.getByRole("button", { name: "More options" }).click();
  await dialog.getByRole("switch", { name: "Compress the data" }).check();
  await expect(dialog.getByTestId("command-line")).toContainText("-c");
  await clickOnceShown(page, `Pause converting ${name}`, /of 1\.0\sGiB/);
  await dialog.getByRole("button", { name: "Convert", exact: true }).click();
  const bar = page.getByTestId("jobs-bar");
  await expect(bar).toContainText("Paused converting");
  await expect(bar).toContainText(/of 1\.0\sGiB/);
  await lamina.picture("job-paused");
  const shown = () => bar.getByRole("progressbar").getAttribute("aria-valuetext");
  const paused = await shown();
  await expect(bar.getByText(/ left$/)).toHaveCount(0);
  await page.waitForTimeout(400);
  expect(await shown()).toBe(paused);
  // Only the partial file lies there so far.
  expect(readdirSync(folder)).not.toContain(name.replace(".raw", ".qcow2"));
  const compared = await noteText(page, "Comparing");
  await bar.getByRole("button", { name: `Resume converting ${name}` }).click();
  await expect(bar).toContainText("the same as its source", { timeout: 120_000 });
  expect(await compared()).toBe(true);
  await lamina.picture("job-verified");
  mustBeIdentical(source, join(folder, name.replace(".raw", ".qcow2")), "raw", "qcow2");
  await bar.getByRole("button", { name: "Show all jobs" }).click();
  await expect(page.getByTestId("job")).toHaveAttribute("data-state", "done");
  // The name takes two lines at most, over the whole width of the list.
  const title = page.getByTestId("job").locator("strong");
  await expect(title).toHaveText(/^Converted db01 nightly .*\.qcow2$/);
  expect((await title.boundingBox())?.height).toBeLessThan(48);
  await lamina.picture("job-list");
  await page
    .getByTestId("job")
    .getByRole("button", { name: /^Receipt of/ })
    .click();
  const receipt = page.getByRole("dialog", { name: /^Receipt of/ });
  await expect(receipt.getByTestId("receipt-verified")).toContainText("1.3 GiB were compared");
  await lamina.picture("receipt-small");
  await page.keyboard.press("Escape");
  await expect(receipt).toHaveCount(0);
  await page.keyboard.press("Escape");
  await expect(page.getByTestId("job")).toHaveCount(0);
  await setTheme(page, "Dark");
  await openConvert(page);
  await dialog.getByRole("radio", { name: "Hyper-V", exact: true }).check();
  await expect(dialog.getByTestId("target-size")).toBeVisible();
  await restOf(dialog);
  await lamina.picture("convert-dark");
  await dialog.getByTestId("command-line").scrollIntoViewIfNeeded();
  await lamina.picture("convert-dark-end");
  await dialog.getByRole("button", { name: "More options" }).click();
  await dialog
    .getByRole("switch", { name: "Compare both when it is done" })
    .scrollIntoViewIfNeeded();
  await lamina.picture("convert-dark-more");
});
