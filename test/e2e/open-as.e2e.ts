import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { mustBeIdentical, qemuImg, qemuIo, qemuJson } from "../helpers/qemu-img";
import { openConvert, restOf } from "./dialogs";
import { expect, test } from "./lamina";

test("an image is opened as raw, converted as raw, and opened by its content again", async ({
  folder,
  launch,
}) => {
  const image = join(folder, "guest.img");
  qemuImg(["create", "-q", "-f", "qcow2", image, "64M"]);
  qemuIo(image, "qcow2", ["write -q -P 7 0 1M"]);
  const lamina = await launch(image);
  const { page } = lamina;
  await expect(page.getByTestId("badges")).toContainText("qcow2 v3");
  await page.getByRole("button", { name: "Open as raw" }).click();
  await expect(page.getByTestId("format-doubt")).toContainText("the mark of another format: qcow2");
  await expect(page.getByTestId("fact-format")).toHaveText("raw");
  await lamina.picture("opened-as-raw");

  // The other tabs hold to it, and change nothing.
  await page.getByRole("tab", { name: "Health" }).click();
  await expect(page.getByRole("alert")).toContainText("raw");
  await page.getByRole("tab", { name: "Chain" }).click();
  await expect(page.getByTestId("layer")).toHaveCount(1);
  await page.getByRole("tab", { name: "Overview" }).click();

  const target = join(folder, "copy.img");
  const dialog = await openConvert(page);
  await dialog.getByRole("radio", { name: /^raw/i }).check();
  await restOf(dialog);
  await dialog.getByLabel("Save as").fill(target);
  await expect(dialog).toContainText("holds the mark of another format: qcow2");
  await expect(dialog.getByTestId("command-line")).toContainText("convert -f raw");
  await lamina.picture("convert-as-raw");
  await dialog.getByRole("button", { name: "Convert", exact: true }).click();
  await expect(page.getByTestId("jobs-bar")).toContainText("Converted guest.img to copy.img");
  mustBeIdentical(image, target, "raw", "raw");

  await page.getByRole("button", { name: "Open by its content" }).click();
  await expect(page.getByTestId("badges")).toContainText("qcow2 v3");
  await expect(page.getByTestId("format-doubt")).toBeHidden();
  expect(qemuJson<{ format: string }>(["info", image]).format).toBe("qcow2");
});

test("what cannot be opened is opened as raw, and a missing header is told", async ({
  folder,
  launch,
}) => {
  const foreign = join(folder, "old.img");
  qemuImg(["create", "-q", "-f", "qed", foreign, "16M"]);
  const overwritten = join(folder, "vm.qcow2");
  qemuImg(["create", "-q", "-f", "qcow2", overwritten, "16M"]);
  // The guides' write test: dd if=/dev/zero of=file.qcow2 bs=8k count=100.
  writeFileSync(overwritten, Buffer.alloc(800 * 1024));
  const lamina = await launch(foreign);
  const { page } = lamina;
  await expect(page.getByTestId("image-failure")).toContainText("qed");
  await lamina.picture("failure-open-as-raw");
  await page.getByRole("button", { name: "Open as raw" }).click();
  await expect(page.getByTestId("format-doubt")).toContainText("the mark of another format: qed");

  await lamina.startSecond(overwritten);
  await expect(page.getByRole("heading", { name: "vm.qcow2", level: 1 })).toBeVisible();
  await expect(page.getByTestId("format-doubt")).toContainText("the header of one is missing");
  expect(qemuJson<{ format: string }>(["info", overwritten]).format).toBe("raw");
  await lamina.picture("header-missing");
});
