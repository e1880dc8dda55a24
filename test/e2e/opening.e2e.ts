import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Page } from "@playwright/test";
import { qemuImg } from "../helpers/qemu-img";
import { expect, test } from "./lamina";

function makeImage(folder: string, name: string, size = "16M"): string {
  const path = join(folder, name);
  qemuImg(["create", "-q", "-f", "qcow2", path, size]);
  return path;
}

async function expectShown(page: Page, name: string): Promise<void> {
  await expect(page.getByRole("heading", { name, level: 1 })).toBeVisible();
}

test("paths and file: URLs of the command line, several at once", async ({ folder, launch }) => {
  const first = makeImage(folder, "first disk.qcow2");
  const second = makeImage(folder, "zweite Platte ü.qcow2");
  const { page } = await launch(first, pathToFileURL(second).href);
  await expectShown(page, "first disk.qcow2");
  await expect(page).toHaveTitle("first disk.qcow2 – Lamina");
  await expect(page.getByTestId("recent-image")).toHaveCount(2);
  await page.getByRole("treeitem", { name: /^zweite Platte ü/ }).click();
  await expectShown(page, "zweite Platte ü.qcow2");
});

test("a second start hands its file to the first", async ({ folder, launch }) => {
  const lamina = await launch(makeImage(folder, "first.qcow2"));
  await expectShown(lamina.page, "first.qcow2");
  expect(await lamina.startSecond(makeImage(folder, "second.qcow2"))).toBe(0);
  await expectShown(lamina.page, "second.qcow2");
  expect(lamina.app.windows()).toHaveLength(1);
  await lamina.picture("second-start");
});

test("the system's open-file and the Open dialog", async ({ folder, launch }) => {
  const { app, page } = await launch();
  const handed = makeImage(folder, "handed.qcow2");
  await app.evaluate(({ app: main }, path) => {
    main.emit("open-file", { preventDefault: () => undefined }, path);
  }, handed);
  await expectShown(page, "handed.qcow2");

  const chosen = [makeImage(folder, "chosen.qcow2"), makeImage(folder, "also.qcow2")];
  await app.evaluate(({ dialog }, filePaths) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths });
  }, chosen);
  await page.getByRole("button", { name: "Open…" }).click();
  await expectShown(page, "chosen.qcow2");
  await expect(page.getByTestId("recent-image")).toHaveCount(3);
});

test("the recent list survives a restart, and forgets on request", async ({ folder, launch }) => {
  const path = makeImage(folder, "kept.qcow2");
  const before = await launch(path);
  await expectShown(before.page, "kept.qcow2");
  await before.close();

  const lamina = await launch();
  // The page is what it was.
  await expectShown(lamina.page, "kept.qcow2");
  await lamina.page.getByRole("button", { name: "Remove kept.qcow2 from the list" }).click();
  await expect(lamina.page.getByTestId("recent-image")).toHaveCount(0);
  await expect(lamina.page.getByText("Drop a disk image here")).toBeVisible();
  await lamina.picture("welcome");
});

test("a corrupt file shows its error, and the app lives on", async ({ folder, launch }) => {
  const corrupt = makeImage(folder, "corrupt.qcow2");
  // 2^40 bytes a cluster: cluster_bits lies at offset 20.
  const header = Buffer.alloc(104);
  header.write("QFI\xfb", 0, "latin1");
  header.writeUInt32BE(3, 4);
  header.writeUInt32BE(40, 20);
  writeFileSync(corrupt, header);

  const lamina = await launch(corrupt);
  const { page } = lamina;
  const failure = page.getByTestId("image-failure");
  await expect(failure).toContainText("corrupt.qcow2");
  await expect(failure).toContainText("0x14");
  await expect(failure).toContainText("40");
  await lamina.picture("corrupt");

  await lamina.startSecond(makeImage(folder, "sound.qcow2"));
  await expectShown(page, "sound.qcow2");
});

test("long names and a small window hold the layout", async ({ folder, launch }) => {
  const long = `${"a-very-long-name-of-a-disk-image-that-goes-on-".repeat(4)}end.qcow2`;
  makeImage(folder, "base-with-a-long-name-too-so-that-both-lines-are-full.qcow2");
  const path = join(folder, long);
  const backing = [
    "-F",
    "qcow2",
    "-b",
    "base-with-a-long-name-too-so-that-both-lines-are-full.qcow2",
  ];
  qemuImg(["create", "-q", "-f", "qcow2", ...backing, path]);
  const lamina = await launch(path);
  await expectShown(lamina.page, long);
  await lamina.app.evaluate(({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()[0]?.setContentSize(900, 600);
  });
  await expect.poll(() => lamina.page.evaluate(() => innerWidth)).toBe(900);
  const overflow = () =>
    lamina.page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
  await expect.poll(overflow).toBe(0);
  await lamina.picture("long-name-900x600");
});
