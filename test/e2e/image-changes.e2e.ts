import { statSync } from "node:fs";
import { join } from "node:path";
import { qemuImg, qemuIo } from "../helpers/qemu-img";
import { MiB, info, create, mustBeClean, mustRead, button, make, told } from "./changes";
import { pick } from "./dialogs";
import { expect, test } from "./lamina";

test("an image is resized, compacted and amended from its head", async ({ folder, launch }) => {
  const path = create(join(folder, "disk.qcow2"));
  qemuIo(path, "qcow2", ["write -q -P 1 0 4M", "write -q -P 0 4M 8M", "write -q -P 2 40M 1M"]);
  const lamina = await launch(path);
  const { page } = lamina;
  const dialog = page.getByRole("dialog");
  const more = async (item: string) => {
    await page.getByRole("button", { name: "More", exact: true }).click();
    await page.getByRole("menuitem", { name: item }).click();
    await told(page);
  };

  await more("Resize…");
  const size = dialog.getByRole("textbox", { name: "New size of the disk" });
  await expect(button(page, "Resize")).toBeDisabled();
  await size.fill("96 MiB");
  await size.press("Enter");
  await expect(dialog.getByTestId("grown-to")).toHaveAttribute("data-bytes", String(96 * MiB));
  await lamina.picture("chain-resize");
  await make(page, "Resize");
  expect(info(path)["virtual-size"]).toBe(96 * MiB);

  await more("Resize…");
  await size.fill("40.5 MiB");
  await size.press("Enter");
  await told(page);
  await expect(dialog.getByTestId("lost")).toContainText("512.0 KiB of data");
  await expect(button(page, "Resize")).toBeDisabled();
  await lamina.picture("chain-shrink");
  await dialog.getByRole("checkbox", { name: /^I know what this ruins/ }).check();
  await make(page, "Resize");
  expect(info(path)["virtual-size"]).toBe(40.5 * MiB);
  mustBeClean(path);
  const raw = join(folder, "before.raw");
  qemuImg(["convert", "-O", "raw", path, raw]);

  const length = statSync(path).size;
  await more("Compact…");
  await expect(dialog.getByTestId("zeroed")).toHaveAttribute("data-bytes", String(8 * MiB));
  await lamina.picture("chain-compact");
  await make(page, "Compact");
  expect(statSync(path).size).toBeLessThan(length - 8 * MiB);
  mustBeClean(path);
  mustRead(path, raw);

  qemuIo(path, "qcow2", ["write -q -P 0 20M 2M"]);
  await more("Give zeros back…");
  await expect(dialog.getByTestId("zeroed")).toHaveAttribute("data-bytes", String(2 * MiB));
  await make(page, "Give zeros back");
  mustBeClean(path);

  await more("Change the header…");
  await expect(button(page, "Change")).toBeDisabled();
  await pick(dialog.getByRole("combobox", { name: "Width of a refcount" }), "32 bits");
  await told(page);
  await dialog.getByRole("switch", { name: "Lazy refcounts" }).check();
  await lamina.picture("chain-amend");
  await make(page, "Change");
  expect(info(path)["format-specific"].data).toMatchObject({
    "lazy-refcounts": true,
    "refcount-bits": 32,
  });
  await more("Change the header…");
  await pick(dialog.getByRole("combobox", { name: "Version" }), /^2,/);
  await make(page, "Change");
  expect(info(path)["format-specific"].data.compat).toBe("0.10");
  mustBeClean(path);
  mustRead(path, raw);
});
