import { join } from "node:path";
import { mustBeIdentical, qemuImg } from "../helpers/qemu-img";
import { patternDisk, writeRawFile } from "../helpers/pattern-disk";
import { random } from "../helpers/seed";
import { openConvert, restOf } from "./dialogs";
import { expect, test } from "./lamina";

const MiB = 1024 * 1024;

for (const { radio, extension, qemu } of [
  { radio: /^VMDK/, extension: "vmdk", qemu: "vmdk" },
  { radio: /VDI/, extension: "vdi", qemu: "vdi" },
  { radio: /^VHD /, extension: "vhd", qemu: "vpc" },
  { radio: /^VHDX/, extension: "vhdx", qemu: "vhdx" },
]) {
  test(`a raw disk becomes a ${extension}, and the ${extension} is shown`, async ({
    folder,
    launch,
  }) => {
    const source = join(folder, "server.raw");
    writeRawFile(source, patternDisk(random(30), 8 * MiB));
    const target = join(folder, `server.${extension}`);
    const lamina = await launch(source);
    const { page } = lamina;
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
    await expect(
      page.getByRole("heading", { name: `server.${extension}`, level: 1 }),
    ).toBeVisible();
    await expect(page.getByTestId("size-virtual")).toHaveAttribute("data-bytes", String(8 * MiB));
    await lamina.picture(`overview-${extension}`);
  });
}
