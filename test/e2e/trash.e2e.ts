import { existsSync, mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import type { Page } from "@playwright/test";
import { mustBeIdentical, qemuImg, qemuIo } from "../helpers/qemu-img";
import { openConvert, restOf } from "./dialogs";
import { layoutFaults } from "./layout";
import { expect, test, type Lamina } from "./lamina";

/** Lets the desktop's trash be a folder of the test's own. */
async function trashTo({ app }: Lamina, folder: string): Promise<void> {
  mkdirSync(folder);
  await app.evaluate(({ shell }, place) => {
    const { renameSync } = process.getBuiltinModule("node:fs");
    const { basename: nameOf, join: joined } = process.getBuiltinModule("node:path");
    shell.trashItem = (path) => {
      renameSync(path, joined(place, nameOf(path)));
      return Promise.resolve();
    };
  }, folder);
}

/** Converts the image on the page to raw, and opens the receipt. */
async function convertAndOpenReceipt(page: Page) {
  const dialog = await openConvert(page);
  await dialog.getByRole("radio", { name: /^raw/i }).check();
  await restOf(dialog);
  await dialog.getByRole("button", { name: "Convert", exact: true }).click();
  await page.getByRole("button", { name: /^Receipt of/ }).click();
  await expect(page.getByTestId("receipt-sha256")).toBeVisible();
  return page.getByRole("dialog");
}

const ask = "Move the original to the trash…";
const yes = "Move to the trash";

test("a proved original goes to the trash on a yes, and comes back from there", async ({
  folder,
  launch,
}) => {
  const original = join(folder, "erp.qcow2");
  qemuImg(["create", "-q", "-f", "qcow2", original, "16M"]);
  qemuIo(original, "qcow2", ["write -q -P 7 1M 2M"]);
  qemuImg(["snapshot", "-c", "before", original]);
  const trash = join(folder, ".trash");
  const lamina = await launch(original);
  const { page } = lamina;
  await trashTo(lamina, trash);
  const receipt = await convertAndOpenReceipt(page);

  await receipt.getByRole("button", { name: ask }).click();
  await expect(receipt.getByTestId("original")).toHaveAttribute("data-state", "ready");
  await expect(receipt).toContainText("Move erp.qcow2 to the trash?");
  await expect(receipt).toContainText(original);
  await expect(receipt).toContainText("1 internal snapshot");
  await expect(receipt.getByTestId("original-dependents")).toHaveText("no image in its folder");
  await expect(receipt.getByTestId("original-users")).toContainText("no other program");
  await expect(receipt.getByRole("button", { name: "Keep it" })).toBeFocused();
  await lamina.picture("trash");
  await page.emulateMedia({ colorScheme: "dark" });
  await page.setViewportSize({ width: 900, height: 600 });
  expect(await layoutFaults(page)).toEqual([]);
  await lamina.picture("trash-dark");
  await receipt.getByRole("button", { name: "Keep it" }).click();
  expect(existsSync(original)).toBe(true);

  await receipt.getByRole("button", { name: ask }).click();
  await receipt.getByRole("button", { name: yes }).click();
  await expect(receipt).toContainText("erp.qcow2 is in the trash");
  expect(existsSync(original)).toBe(false);
  // What the page shows now is the new image.
  await receipt.getByRole("button", { name: "Close" }).last().click();
  await expect(page.getByRole("heading", { level: 1, name: "erp.img" })).toBeVisible();
  mustBeIdentical(join(trash, basename(original)), join(folder, "erp.img"), "qcow2", "raw");
});

test("an original that others stand on, or that was written to since, stays", async ({
  folder,
  launch,
}) => {
  const original = join(folder, "base.qcow2");
  qemuImg(["create", "-q", "-f", "qcow2", original, "16M"]);
  qemuIo(original, "qcow2", ["write -q -P 7 1M 2M"]);
  const lamina = await launch(original);
  const { page } = lamina;
  await trashTo(lamina, join(folder, ".trash"));
  const receipt = await convertAndOpenReceipt(page);

  await receipt.getByRole("button", { name: ask }).click();
  await expect(receipt.getByRole("button", { name: yes })).toBeVisible();
  // An overlay that comes after the question, before the yes.
  const over = join(folder, "over.qcow2");
  qemuImg(["create", "-q", "-f", "qcow2", "-b", "base.qcow2", "-F", "qcow2", over]);
  await receipt.getByRole("button", { name: yes }).click();
  await expect(receipt).toContainText("base.qcow2 stays where it is");
  await receipt.getByRole("button", { name: "Back to the receipt" }).click();
  await receipt.getByRole("button", { name: ask }).click();
  await expect(receipt.getByTestId("original-stays")).toContainText("Other images stand on");
  await expect(receipt.getByTestId("original-dependents")).toHaveText("over.qcow2");
  await expect(receipt.getByRole("button", { name: yes })).toHaveCount(0);
  await lamina.picture("trash-refused");

  qemuIo(original, "qcow2", ["write -q -P 9 1M 1M"]);
  await receipt.getByRole("button", { name: "Back to the receipt" }).click();
  await receipt.getByRole("button", { name: ask }).click();
  await expect(receipt.getByTestId("original-stays")).toContainText("was written to after");
  expect(existsSync(original)).toBe(true);
});
