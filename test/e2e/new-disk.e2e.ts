import { readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { qemuImg, qemuJson } from "../helpers/qemu-img";
import { expect, test } from "./lamina";

const MiB = 2 ** 20;

/** Opens the page of a new disk, and waits until what it would take is known. */
async function begin(page: Page): Promise<void> {
  await page.getByRole("banner").getByRole("button", { name: "New disk" }).click();
  await expect(page.getByTestId("new-disk-now")).toBeVisible();
}

/** Bytes that a size on the page stands for. */
async function bytes(page: Page, testId: string): Promise<number> {
  return Number(await page.getByTestId(testId).getAttribute("data-bytes"));
}

/** The files of the folder, without the settings. */
function filesIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name !== ".settings")
    .toSorted();
}

const cases = [
  { format: "qcow2", file: "a.qcow2", space: "Thin", as: "qcow2", checked: true },
  { format: "Raw disk", file: "b.img", space: "eager", as: "raw", checked: false },
  { format: "VMDK", file: "c.vmdk", space: "Thin", as: "vmdk", checked: true },
  { format: "VirtualBox VDI", file: "d.vdi", space: "Thin", as: "vdi", checked: true },
  { format: "VHD", file: "e.vhd", space: "Thin", as: "vpc", checked: false },
  { format: "VHD", file: "e2.vhd", space: "lazy", as: "vpc", checked: false },
  { format: "VHDX", file: "f.vhdx", space: "Thin", as: "vhdx", checked: true },
  { format: "VHDX", file: "g.vhdx", space: "Fixed", as: "vhdx", checked: true },
] as const;

test("a disk of every format is what the page foretold", async ({ folder, launch }) => {
  const lamina = await launch();
  const { page } = lamina;
  for (const { format, file, space, as, checked } of cases) {
    const target = join(folder, file);
    await begin(page);
    await page.getByRole("radio", { name: new RegExp(`^${format}(?!X)`) }).check();
    await page.getByRole("radio", { name: new RegExp(`^(Thick, )?${space}(?!,)`) }).check();
    await page.getByLabel("Size for the guest").fill("8M");
    await page.getByLabel("Save as").fill(target);
    await expect(page.getByTestId("new-disk-command")).toContainText(`${file}' ${8 * MiB}`);
    const [now, length] = [await bytes(page, "new-disk-now"), await bytes(page, "new-disk-length")];
    await page.getByRole("button", { name: "Create", exact: true }).click();

    await expect(page.getByRole("heading", { name: file, level: 1 })).toBeVisible();
    const { size, blocks } = statSync(target);
    expect(size, file).toBe(length);
    // ext4 counts the block in which it lists the stretches of a file with more than four of them.
    expect(as === "vhdx" ? [0, 4096] : [0], file).toContain(blocks * 512 - now);
    const info = qemuJson<{ "virtual-size": number }>(["info", "-f", as, target]);
    // VHD's geometry is what QEMU takes the size from where another program has made it.
    expect(info["virtual-size"], file).toBeGreaterThanOrEqual(8 * MiB);
    if (checked) qemuImg(["check", "-q", "-f", as, target]);
  }
  expect(filesIn(folder)).toEqual(cases.map(({ file }) => file));
});

test("an overlay names its base by name and format, and has its size", async ({
  folder,
  launch,
}) => {
  const base = join(folder, "debian 12.vmdk");
  qemuImg(["create", "-q", "-f", "vmdk", base, "96M"]);
  const lamina = await launch(base);
  const { page } = lamina;
  await expect(page.getByTestId("size-virtual")).toBeVisible();
  await begin(page);
  // The segment's label lies over its radio button.
  await page.getByText("An overlay on a base").click();
  await expect(page.getByRole("button", { name: "Create", exact: true })).toBeDisabled();
  await page.getByRole("textbox", { name: "Base" }).fill(base);
  await expect(page.getByLabel("Size for the guest")).toHaveValue("96 MiB");
  const target = join(folder, "debian 12-overlay.qcow2");
  await expect(page.getByLabel("Save as")).toHaveValue(target);
  await expect(page.getByTestId("new-disk-command")).toContainText("-b 'debian 12.vmdk' -F vmdk");
  await expect(page.getByRole("radio", { name: /eager/ })).toBeDisabled();
  await lamina.picture("new-overlay");
  const now = await bytes(page, "new-disk-now");
  await page.getByRole("button", { name: "Create", exact: true }).click();

  await expect(page.getByRole("heading", { name: "debian 12-overlay.qcow2" })).toBeVisible();
  expect(statSync(target).blocks * 512).toBe(now);
  expect(qemuJson(["info", target])).toMatchObject({
    "virtual-size": 96 * MiB,
    "backing-filename": "debian 12.vmdk",
    "backing-filename-format": "vmdk",
  });
  qemuImg(["check", "-q", target]);
});

test("a file is replaced on an explicit yes only, and what cannot be is said", async ({
  folder,
  launch,
}) => {
  const target = join(folder, "there.qcow2");
  writeFileSync(target, "not to be lost");
  const lamina = await launch();
  const { page } = lamina;
  await lamina.app.evaluate(({ Menu }) => {
    const items = Menu.getApplicationMenu()?.items.flatMap(({ submenu }) => submenu?.items ?? []);
    items?.find(({ accelerator }) => accelerator === "CmdOrCtrl+N")?.click();
  });
  await expect(page.getByTestId("new-disk-now")).toBeVisible();
  const create = page.getByRole("button", { name: "Create", exact: true });
  await page.getByLabel("Save as").fill(target);
  await expect(page.getByText("A file of this name is there already.")).toBeVisible();
  await expect(create).toBeDisabled();
  await page.getByLabel("Save as").fill(join(folder, "none/there.qcow2"));
  await expect(page.getByText("This folder does not exist.")).toBeVisible();

  await page.getByRole("radio", { name: /^VHD(?!X)/ }).check();
  await page.getByLabel("Size for the guest").fill("4 TiB");
  await expect(page.getByTestId("new-disk-impossible")).toContainText("too large for VHD");
  await expect(page.getByTestId("new-disk-impossible")).toContainText("VHDX takes disks");
  await page.getByLabel("Size for the guest").fill("much");
  await expect(page.getByText("A size such as 80 GiB.")).toBeVisible();

  await page.getByRole("radio", { name: /^qcow2/ }).check();
  await page.getByLabel("Size for the guest").fill("16M");
  await page.getByLabel("Save as").fill(target);
  await page.getByLabel("Replace the existing file").check();
  await create.click();
  await expect(page.getByRole("heading", { name: "there.qcow2", level: 1 })).toBeVisible();
  expect(qemuJson(["info", target])).toMatchObject({ "virtual-size": 16 * MiB });
});

test("an eager disk that is cancelled leaves nothing behind", async ({ folder, launch }) => {
  const lamina = await launch();
  const { page } = lamina;
  await page.getByRole("button", { name: "Make a new disk…" }).click();
  await page.getByRole("radio", { name: /^Raw/ }).check();
  await page.getByRole("radio", { name: /eager/ }).check();
  await page.getByLabel("Size for the guest").fill("20 GiB");
  await page.getByLabel("Save as").fill(join(folder, "big.img"));
  await expect(page.getByTestId("new-disk-now")).toHaveAttribute(
    "data-bytes",
    `${20 * 1024 * MiB}`,
  );
  await lamina.picture("new-disk");
  await page.getByRole("button", { name: "Create", exact: true }).click();
  const bar = page.getByTestId("jobs-bar");
  await expect(bar).toContainText("Making big.img");
  await expect(page.getByTestId("new-disk-making")).toContainText("big.img is being made");
  await bar.getByRole("button", { name: "Cancel making big.img" }).click();
  await expect(bar).toContainText("Cancelled making big.img");
  await expect(bar).toContainText("Nothing was left behind.");
  expect(filesIn(folder)).toEqual([]);
  // The form is as it was, and can be mended.
  await expect(page.getByLabel("Save as")).toHaveValue(join(folder, "big.img"));
  await expect(page.getByRole("button", { name: "Create", exact: true })).toBeEnabled();
});

test("copy-on-write is explained step by step, and in still pictures without motion", async ({
  folder,
  launch,
}) => {
  const image = join(folder, "disk.qcow2");
  qemuImg(["create", "-q", "-f", "qcow2", image, "1G"]);
  const { page } = await launch(image);
  await page.emulateMedia({ reducedMotion: "no-preference" });
  await page.getByRole("tab", { name: "Chain" }).click();
  const question = page.getByRole("button", { name: "Explain: What copy-on-write does" });
  await question.focus();
  await page.keyboard.press("Enter");
  const note = page.getByRole("dialog", { name: "What copy-on-write does" });
  await expect(note.getByTestId("cow-step")).toContainText("The overlay is empty.");
  await page.clock.install();
  await note.getByRole("button", { name: "Play" }).press("Enter");
  await page.clock.runFor(4000);
  await expect(note.getByTestId("cow-step")).toContainText("The guest writes a few bytes");
  await note.getByRole("slider", { name: "Step" }).press("End");
  await expect(note.getByTestId("cow-step")).toContainText("The table now points");
  await expect(note.getByRole("button", { name: "Play" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(note).toBeHidden();
  await expect(question).toBeFocused();

  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.keyboard.press("Enter");
  await expect(note.getByRole("img")).toHaveCount(6);
  await expect(note.getByRole("slider")).toHaveCount(0);
});
