import { closeSync, openSync, readdirSync, truncateSync, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { mustBeIdentical, qemuImg, qemuIo } from "../helpers/qemu-img";
import { patternDisk, writeRawFile } from "../helpers/pattern-disk";
import { random } from "../helpers/seed";
import { convertEndless, openConvert, pick, restOf } from "./dialogs";
import { makeEndless } from "./endless-image";
import { expect, test } from "./lamina";

const MiB = 1024 * 1024;

/** Drops a file of this computer on one half of the window, as a file manager does. */
async function drop(page: Page, path: string, zone: "open" | "convert"): Promise<void> {
  await page.evaluate(() => {
    const input = document.createElement("input");
    input.type = "file";
    input.id = "dropped";
    document.body.append(input);
  });
  await page.setInputFiles("#dropped", path);
  await page.evaluate(async (name) => {
    const input = document.querySelector<HTMLInputElement>("#dropped");
    const [file] = input?.files ?? [];
    if (!input || !file) throw new Error("no file was chosen");
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(file);
    const send = (type: string, target: Element) =>
      target.dispatchEvent(
        new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer, relatedTarget: null }),
      );
    send("dragenter", document.body);
    // The halves appear once something is dragged over the window.
    const half = await new Promise<Element>((found, fail) => {
      let frames = 0;
      const look = (): void => {
        const element = document.querySelector(`[data-drop-zone="${name}"]`);
        if (element) found(element);
        else if (++frames > 1000) fail(new Error(`no half to drop on: ${name}`));
        else requestAnimationFrame(look);
      };
      look();
    });
    send("dragover", half);
    send("drop", half);
    input.remove();
  }, zone);
}

/** What lies in the folder, without the settings. */
function filesIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name !== ".settings")
    .toSorted();
}

test("a dropped raw file becomes a qcow2 that qemu-img calls identical", async ({
  folder,
  launch,
}) => {
  const source = join(folder, "build agent.raw");
  writeRawFile(source, patternDisk(random(20), 24 * MiB + 512));
  const target = join(folder, "build agent.qcow2");

  const lamina = await launch();
  const { page } = lamina;
  await drop(page, source, "convert");
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("Convert build agent.raw");
  await restOf(dialog);
  await expect(dialog.getByRole("radio", { name: /^qcow2/i })).toBeChecked();
  await expect(dialog.getByLabel("Save as")).toHaveValue(target);
  await expect(dialog.getByRole("button", { name: "Convert", exact: true })).toBeEnabled();
  await lamina.picture("convert");
  await dialog.getByRole("button", { name: "Convert", exact: true }).click();

  const bar = page.getByTestId("jobs-bar");
  await expect(bar).toContainText("Converted build agent.raw to build agent.qcow2");
  mustBeIdentical(source, target, "raw", "qcow2");
  qemuImg(["check", "-q", target]);
  expect(filesIn(folder)).toEqual(["build agent.qcow2", "build agent.raw"]);
  await bar.getByRole("button", { name: "Open build agent.qcow2" }).click();
  await expect(page.getByRole("heading", { name: "build agent.qcow2", level: 1 })).toBeVisible();
  await lamina.picture("converted");
});

test("a chain is flattened into raw, over an existing file only on yes", async ({
  folder,
  launch,
}) => {
  const base = join(folder, "base.qcow2");
  const overlay = join(folder, "over.qcow2");
  const target = join(folder, "over.raw");
  qemuImg(["create", "-q", "-f", "qcow2", base, "8M"]);
  qemuIo(base, "qcow2", ["write -q -P 0x31 0 3M"]);
  qemuImg(["create", "-q", "-f", "qcow2", "-b", "base.qcow2", "-F", "qcow2", overlay]);
  qemuIo(overlay, "qcow2", ["write -q -P 0x32 2M 2M", "write -q -z 5M 1M"]);
  qemuImg(["create", "-q", "-f", "raw", target, "1M"]);

  const lamina = await launch(overlay);
  const { page } = lamina;
  const dialog = await openConvert(page);
  await dialog.getByRole("radio", { name: /^raw/i }).check();
  await restOf(dialog);
  await dialog.getByLabel("Save as").fill(target);
  await expect(dialog).toContainText("A file of this name is there already.");
  const start = dialog.getByRole("button", { name: "Convert", exact: true });
  await expect(start).toBeDisabled();
  await lamina.picture("convert-exists");
  await restOf(dialog);
  await dialog.getByRole("checkbox", { name: "Replace the existing file" }).check();
  await start.click();
  await expect(page.getByTestId("jobs-bar")).toContainText("Converted over.qcow2 to over.raw");
  mustBeIdentical(overlay, target, "qcow2", "raw");
});

test("options chosen in the dialog are those of the image", async ({ folder, launch }) => {
  const source = join(folder, "disk.raw");
  writeRawFile(source, patternDisk(random(21), 2 * MiB));
  const file = openSync(source, "r+");
  writeSync(file, "what is written again and again takes little\n".repeat(10_000));
  closeSync(file);
  const { page } = await launch(source);
  const dialog = await openConvert(page);
  await dialog.getByRole("radio", { name: /^qcow2/i }).check();
  await restOf(dialog);
  await dialog.getByRole("button", { name: "More options" }).click();
  await pick(dialog.getByRole("combobox", { name: "Cluster size" }), "4 KiB");
  await restOf(dialog);
  await dialog.getByRole("switch", { name: "Compress the data" }).check();
  await expect(dialog.getByTestId("option-summary")).toHaveText(
    /^Thin · Cluster size: 4\sKiB · Compress the data · compared when it is done$/,
  );
  await dialog.getByRole("button", { name: "Convert", exact: true }).click();
  await expect(page.getByTestId("jobs-bar")).toContainText("Converted disk.raw to disk.qcow2");
  const target = join(folder, "disk.qcow2");
  expect(qemuImg(["info", target])).toContain("cluster_size: 4096");
  expect(qemuImg(["check", target])).toMatch(/ [1-9][\d.]*% compressed clusters/);
  mustBeIdentical(source, target, "raw", "qcow2");
});

test("a cancelled conversion leaves nothing", async ({ folder, launch }) => {
  const source = join(folder, "large.qcow2");
  makeEndless(source);
  const lamina = await launch(source);
  const { page } = lamina;
  await convertEndless(page);
  const bar = page.getByTestId("jobs-bar");
  // Only a job that runs shows how far it is.
  await expect(bar).toContainText(/of 500\.0\sGiB/);
  await lamina.picture("converting");
  await bar.getByRole("button", { name: "Cancel converting large.qcow2" }).click();
  await expect(bar).toContainText("Cancelled converting large.qcow2");
  expect(filesIn(folder)).toEqual(["large.qcow2"]);
});

test("a damaged image shows its facts, and cannot be converted", async ({ folder, launch }) => {
  const source = join(folder, "cut.qcow2");
  qemuImg(["create", "-q", "-f", "qcow2", source, "8M"]);
  qemuIo(source, "qcow2", ["write -q -P 7 0 8M"]);
  truncateSync(source, 4 * MiB);

  const lamina = await launch(source);
  const { page } = lamina;
  await expect(page.getByTestId("unreadable")).toContainText("ends at byte 4194304");
  await expect(page.getByTestId("size-virtual")).toHaveAttribute("data-bytes", String(8 * MiB));
  await lamina.picture("damaged");
  await page.getByRole("button", { name: "Convert…" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("cut.qcow2 cannot be read");
  await expect(dialog.getByRole("button", { name: "Convert", exact: true })).toBeDisabled();
});

test("a conversion that fails says why, and leaves nothing", async ({ folder, launch }) => {
  const source = join(folder, "unplugged.raw");
  writeRawFile(source, patternDisk(random(22), 2 * MiB));
  const lamina = await launch(source);
  const { page } = lamina;
  await page.getByRole("button", { name: "Convert…" }).click();
  const start = page.getByRole("dialog").getByRole("button", { name: "Convert", exact: true });
  await expect(start).toBeEnabled();
  unlinkSync(source);
  await start.click();
  const bar = page.getByTestId("jobs-bar");
  await expect(bar).toContainText("Could not convert unplugged.raw");
  await bar.getByRole("button", { name: "Show all jobs" }).click();
  await expect(page.getByTestId("job")).toHaveAttribute("data-state", "failed");
  await expect(page.getByTestId("job")).toContainText(source);
  await lamina.picture("job-failed");
  expect(filesIn(folder)).toEqual([]);
});
