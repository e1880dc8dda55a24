import { join } from "node:path";
import { mustBeIdentical, qemuImg } from "../helpers/qemu-img";
import { patternDisk, writeRawFile } from "../helpers/pattern-disk";
import { random } from "../helpers/seed";
import { openConvert, restOf } from "./dialogs";
import { expect, test } from "./lamina";

const MiB = 1024 * 1024;

const formats = [
  { radio: /^VMDK/, extension: "vmdk", qemu: "vmdk" },
  { radio: /VDI/, extension: "vdi", qemu: "vdi" },
  { radio: /^VHD /, extension: "vhd", qemu: "vpc" },
  { radio: /^VHDX/, extension: "vhdx", qemu: "vhdx" },
];

test("a raw disk becomes a vmdk, a vdi, a vhd and a vhdx, and each is shown", async ({
  folder,
  launch,
}) => {
  const source = join(folder, "server.raw");
  writeRawFile(source, patternDisk(random(30), 8 * MiB));
  const lamina = await launch(source);
  const { page } = lamina;
  const shown = (name: string) => page.getByRole("heading", { name, level: 1 });
  for (const { radio, extension, qemu } of formats) {
    const target = join(folder, `server.${extension}`);
    await page.locator(`[data-testid="recent-image"][data-path="${source}"]`).click();
    await expect(shown("server.raw")).toBeVisible();
    const dialog = await openConvert(page);
    await dialog.getByRole("radio", { name: radio }).check();
    await expect(dialog.getByLabel("Save as")).toHaveValue(target);
    await restOf(dialog);
    await lamina.picture(`convert-${extension}`);
    await dialog.getByRole("button", { name: "Convert", exact: true }).click();
    const bar = page.getByTestId("jobs-bar");
    await expect(bar).toContainText(`Converted server.raw to server.${extension}`);
    mustBeIdentical(source, target, "raw", qemu);
    if (qemu !== "vpc") qemuImg(["check", "-q", "-f", qemu, target]);
    await bar.getByRole("button", { name: `Open server.${extension}` }).click();
    await expect(shown(`server.${extension}`)).toBeVisible();
    await expect(page.getByTestId("size-virtual")).toHaveAttribute("data-bytes", String(8 * MiB));
    await lamina.picture(`overview-${extension}`);
  }
});
