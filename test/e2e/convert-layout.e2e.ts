import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { qemuImg, qemuIo } from "../helpers/qemu-img";
import { openConvert, restOf } from "./dialogs";
import { layoutFaults } from "./layout";
import { expect, test } from "./lamina";

test("what is decided is seen in a small window without scrolling", async ({ folder, launch }) => {
  const path = join(folder, "web01.qcow2");
  qemuImg(["create", "-q", "-f", "qcow2", path, "1G"]);
  qemuIo(path, "qcow2", ["write -q -P 1 0 8M"]);
  qemuImg(["snapshot", "-c", "before-upgrade", path]);
  const lamina = await launch(path);
  const { page } = lamina;
  await page.setViewportSize({ width: 900, height: 600 });
  const dialog = await openConvert(page);
  const save = dialog.getByLabel("Save as");
  const size = dialog.locator("label:has(:checked)").getByTestId("format-size");
  for (const purpose of ["KVM, libvirt", "Azure", "Choose a format myself"]) {
    const choice = dialog.getByRole("radio", { name: purpose, exact: true });
    await choice.check();
    await restOf(dialog);
    await expect(size).toBeVisible();
    await dialog.locator("[data-autofocus]").evaluate((area) => area.scrollTo(0, 0));
    for (const seen of [dialog.locator("label:has(:checked)").first(), size, save])
      await expect(seen, purpose).toBeInViewport({ ratio: 1 });
    // Not below what stays at the dialog's end, either.
    const start = await dialog.getByRole("button", { name: "Convert", exact: true }).boundingBox();
    const field = await save.boundingBox();
    expect((field?.y ?? 0) + (field?.height ?? 0), purpose).toBeLessThan((start?.y ?? 0) - 12);
    expect(await layoutFaults(page)).toEqual([]);
    await lamina.picture(`convert-small-${purpose.slice(0, 3)}`);
  }
  await page.emulateMedia({ colorScheme: "dark" });
  await dialog.getByRole("button", { name: "More options" }).click();
  expect(await layoutFaults(page)).toEqual([]);
  await dialog.getByTestId("option-summary").scrollIntoViewIfNeeded();
  await page.setViewportSize({ width: 1280, height: 800 });
  await lamina.picture("convert-options-dark");
});

test("a refused base is told once, and the dialog leads to the chain", async ({
  folder,
  launch,
}) => {
  const base = join(folder, "elsewhere", "base.qcow2");
  const path = join(folder, "vm", "web01.qcow2");
  for (const place of ["elsewhere", "vm"]) mkdirSync(join(folder, place));
  qemuImg(["create", "-q", "-f", "qcow2", base, "64M"]);
  qemuImg(["create", "-q", "-f", "qcow2", "-b", base, "-F", "qcow2", path]);
  const lamina = await launch(path);
  const { page } = lamina;
  await page.getByRole("button", { name: "Convert…" }).click();
  const findings = page.getByTestId("findings");
  await expect(findings).toContainText(
    "The chain of web01.qcow2 is broken at base.qcow2: The file was not opened",
  );
  // Also where the button is that it disables, without scrolling.
  await expect(page.getByTestId("first-stop")).toContainText("is broken at base.qcow2");
  await expect(page.getByTestId("first-stop")).toBeInViewport({ ratio: 1 });
  await expect(page.getByRole("button", { name: "Convert", exact: true })).toBeDisabled();
  await lamina.picture("convert-refused");
  await findings.getByRole("button", { name: "See the chain" }).click();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  const link = page.getByTestId("broken-link");
  await expect(link).toContainText("It lies outside the image's own folder");
  await lamina.picture("chain-refused");
  // Once, not again as the place and the reason.
  expect((await link.innerText()).split(base)).toHaveLength(2);
  await link.getByRole("button", { name: "Allow once" }).click();
  await expect(link).toHaveCount(0);
  await page.getByRole("button", { name: "Convert…" }).click();
  await expect(findings).toContainText("the chain is complete, 2 files");
});
