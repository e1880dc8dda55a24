import { randomFillSync } from "node:crypto";
import { closeSync, ftruncateSync, openSync, readdirSync, writeSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "./lamina";
import { mustBeIdentical } from "../helpers/qemu-img";

const MiB = 1024 * 1024;

test("a conversion is paused, waits, goes on, and is compared at its end", async ({
  folder,
  launch,
}) => {
  const name = "db01 nightly copy of the accounting server, before the move to the new storage.raw";
  const source = join(folder, name);
  const file = openSync(source, "wx");
  const data = randomFillSync(new Uint8Array(4 * MiB));
  // Long enough to be under way when Pause is pressed.
  for (let at = 0; at < 1024 * MiB; at += data.length) writeSync(file, data);
  ftruncateSync(file, 1100 * MiB);
  closeSync(file);

  const lamina = await launch(source);
  const { page } = lamina;
  await lamina.app.evaluate(({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()[0]?.setContentSize(900, 600);
  });
  await page.getByRole("button", { name: "Convert…" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("button", { name: "Convert", exact: true })).toBeEnabled();
  await lamina.picture("convert-small");
  await dialog.getByRole("button", { name: "Convert", exact: true }).click();
  const bar = page.getByTestId("jobs-bar");
  await expect(bar).toContainText(/of 1\.0\sGiB/);
  await bar.getByRole("button", { name: `Pause converting ${name}` }).click();
  await expect(bar).toContainText("Paused converting");
  await lamina.picture("job-paused");
  const shown = () => bar.getByRole("progressbar").getAttribute("aria-valuetext");
  const paused = await shown();
  await expect(bar.getByText(/ left$/)).toHaveCount(0);
  await page.waitForTimeout(400);
  expect(await shown()).toBe(paused);
  // Only the partial file lies there so far.
  expect(readdirSync(folder)).not.toContain(name.replace(".raw", ".qcow2"));
  await bar.getByRole("button", { name: `Resume converting ${name}` }).click();
  await expect(bar).toContainText("Comparing", { timeout: 30_000 });
  await expect(bar).toContainText("the same as its source", { timeout: 30_000 });
  await lamina.picture("job-verified");
  mustBeIdentical(source, join(folder, name.replace(".raw", ".qcow2")), "raw", "qcow2");
  await bar.getByRole("button", { name: "Show all jobs" }).click();
  await expect(page.getByTestId("job")).toHaveAttribute("data-state", "done");
  await lamina.picture("job-list");
  await page
    .getByTestId("job")
    .getByRole("button", { name: /^Receipt of/ })
    .click();
  const receipt = page.getByRole("dialog", { name: /^Receipt of/ });
  await expect(receipt.getByTestId("receipt-verified")).toContainText("1.1 GiB were compared");
  await lamina.picture("receipt-small");
  await page.keyboard.press("Escape");
  await expect(receipt).toHaveCount(0);
  await page.keyboard.press("Escape");
  await expect(page.getByTestId("job")).toHaveCount(0);
  await page.getByRole("button", { name: "Theme" }).click();
  await page.getByRole("menuitemradio", { name: "Dark" }).click();
  await page.getByRole("button", { name: "Convert…" }).click();
  await dialog.getByRole("radio", { name: "Hyper-V", exact: true }).check();
  await expect(dialog.getByTestId("target-size")).toBeVisible();
  await lamina.picture("convert-dark");
  await dialog.getByTestId("command-line").scrollIntoViewIfNeeded();
  await lamina.picture("convert-dark-end");
  await dialog.getByRole("button", { name: "More options" }).click();
  await dialog
    .getByRole("switch", { name: "Compare both when it is done" })
    .scrollIntoViewIfNeeded();
  await lamina.picture("convert-dark-more");
});
