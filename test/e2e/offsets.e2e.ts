import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { qemuImg, qemuIo } from "../helpers/qemu-img";
import { layoutFaults } from "./layout";
import { setTheme } from "./dialogs";
import { expect, test } from "./lamina";

const MiB = 2 ** 20;

/** Where the hex view is, and that the keys go there. */
async function mustBeAt(page: Page, at: number, byte: number): Promise<void> {
  const grid = page.getByTestId("hex");
  await expect(grid).toBeFocused();
  await expect(page.getByTestId("caret-offset")).toContainText(`0x${at.toString(16)} `);
  await expect(page.getByTestId("caret-byte")).toContainText(
    `0x${byte.toString(16).padStart(2, "0")}`,
  );
}

test("a finding's offset leads to that byte of the file", async ({ folder, launch }) => {
  const path = join(folder, "erp.qcow2");
  qemuImg(["create", "-q", "-f", "qcow2", path, "64M"]);
  qemuIo(path, "qcow2", ["write -q -P 0x5a 0 4M"]);
  // An entry of the first L2 table leads past the end of the file.
  const bytes = readFileSync(path);
  const l2 = Number(bytes.readBigUInt64BE(Number(bytes.readBigUInt64BE(40))) & 0xfffffffffffe00n);
  const entry = l2 + 8 * 9;
  qemuIo(path, "raw", [`write -q -P 0x7f ${entry + 2} 3`]);

  const lamina = await launch(path);
  const { page } = lamina;
  await page.getByRole("tab", { name: "Health" }).click();
  const link = page.getByRole("button", { name: `Bytes at 0x${entry.toString(16)}`, exact: true });
  await expect(link.first()).toBeVisible();
  await lamina.picture("offsets-health");
  await link.first().focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("radio", { name: "Image file" })).toBeChecked();
  await mustBeAt(page, entry, readFileSync(path)[entry] ?? 0);
  await lamina.picture("offsets-bytes");

  // The next visit begins where it always does.
  await page.getByRole("tab", { name: "Health" }).click();
  await expect(link.first()).toBeVisible();
  await page.getByRole("tab", { name: "Bytes" }).click();
  await expect(page.getByTestId("caret-offset")).toContainText("0x0 ");
});

test("what two snapshots differ in leads to the disk's bytes then", async ({ folder, launch }) => {
  const path = join(folder, "web01.qcow2");
  qemuImg(["create", "-q", "-f", "qcow2", path, "256M"]);
  qemuIo(path, "qcow2", ["write -q -P 1 0 12M"]);
  qemuImg(["snapshot", "-c", "installed", path]);
  qemuIo(path, "qcow2", ["write -q -P 2 8M 8M", "write -q -P 3 200M 64k"]);
  qemuImg(["snapshot", "-c", "upgraded", path]);
  qemuIo(path, "qcow2", ["write -q -P 4 8M 8M"]);

  const lamina = await launch(path);
  const { page } = lamina;
  await page.getByRole("tab", { name: "Snapshots" }).click();
  const node = (name: string) => page.locator(`[data-testid="snapshot-node"][data-name="${name}"]`);
  await node("installed").click();
  await node("upgraded").click({ modifiers: ["Control"] });
  await page.getByRole("button", { name: "Compare the two" }).click();
  const stretches = page.getByTestId("stretch");
  await expect(stretches).toHaveCount(2);
  const told = await stretches.evaluateAll((all) =>
    all.map(({ dataset }) => [Number(dataset["at"]), Number(dataset["length"])]),
  );
  expect(told).toEqual([
    [8 * MiB, 8 * MiB],
    [200 * MiB, 65_536],
  ]);
  await lamina.picture("offsets-compared");
  await setTheme(page, "Dark");
  await page.setViewportSize({ width: 900, height: 600 });
  await stretches.last().scrollIntoViewIfNeeded();
  expect(await layoutFaults(page)).toEqual([]);
  await lamina.picture("offsets-compared-dark");
  await stretches.first().getByRole("button").click();
  await expect(page.getByRole("combobox", { name: "State of the disk" })).toHaveValue("upgraded");
  await mustBeAt(page, 8 * MiB, 2);
});
