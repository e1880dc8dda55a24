import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { qemuImg, qemuIo, qemuJson } from "../helpers/qemu-img";
import { makeEndless } from "./endless-image";
import { pick, setTheme } from "./dialogs";
import { expect, test, type Lamina } from "./lamina";

interface MapEntry {
  start: number;
  length: number;
  depth: number;
  data: boolean;
  offset?: number;
}

/** The rows on the screen: what each shows for its 16 bytes, as digits and as text, by the offset of the first. */
async function shownRows(page: Page): Promise<Map<number, string>> {
  let rows: { at: number; text: string }[] = [];
  // Looked at in one go: the next row that scrolls in is not there yet.
  await expect(async () => {
    rows = await page.getByTestId("hex").evaluate((grid) =>
      [...grid.querySelectorAll("[data-row]")].map((row) => ({
        at: Number(row.getAttribute("data-row")),
        text: [...row.querySelectorAll("[role=gridcell][data-at]")]
          .map((c) => c.textContent)
          .concat(row.querySelector("[data-text-at]")?.textContent ?? "")
          .join(" "),
      })),
    );
    expect(rows.length).toBeGreaterThan(5);
    for (const { at, text } of rows) expect(text, `row at ${at}`).not.toContain("··");
  }).toPass({ timeout: 30_000 });
  return new Map(rows.map(({ at, text }) => [at, text]));
}

/** Holds every row on the screen against the bytes as they should be. */
async function mustShow(page: Page, all: Buffer): Promise<void> {
  const rows = await shownRows(page);
  for (const [at, shown] of rows) {
    const bytes = [...all.subarray(at, at + 16)];
    const text = bytes.map((byte) => (byte < 0x20 || byte > 0x7e ? 46 : byte));
    const expected = [...bytes.map(hex), String.fromCharCode(...text)].join(" ");
    expect(shown, `row at ${at}`).toBe(expected);
  }
}

const hex = (byte: number): string => byte.toString(16).padStart(2, "0");

async function openBytes({ page }: Lamina): Promise<Page> {
  await page.getByRole("tab", { name: "Bytes" }).click();
  await expect(page.getByTestId("caret-offset")).toBeVisible();
  return page;
}

async function goTo(page: Page, text: string): Promise<void> {
  await page.getByLabel("Go to offset").fill(text);
  await page.getByLabel("Go to offset").press("Enter");
}

/** An overlay of 8 MiB on a base, both with data, and the disk that they make as qemu-img reads it. */
function makeChain(folder: string): { path: string; base: string; disk: Buffer } {
  const base = join(folder, "debian-12-base.qcow2");
  const path = join(folder, "web01.qcow2");
  const raw = join(folder, "disk.raw");
  qemuImg(["create", "-q", "-f", "qcow2", base, "8M"]);
  qemuIo(base, "qcow2", ["write -q -P 0x4c 0 1k", "write -q -P 0x11 2M 1M"]);
  qemuImg(["create", "-q", "-f", "qcow2", "-b", "debian-12-base.qcow2", "-F", "qcow2", path]);
  qemuIo(path, "qcow2", ["write -q -P 0xa5 3100000 700", "write -q -P 0xee 8388600 8"]);
  qemuImg(["snapshot", "-c", "before", path]);
  qemuIo(path, "qcow2", ["write -q -P 0x77 512 32"]);
  qemuImg(["convert", "-f", "qcow2", "-O", "raw", path, raw]);
  return { path, base, disk: readFileSync(raw) };
}

test("the guest's bytes are qemu-img's, wherever one goes", async ({ folder, launch }) => {
  const { path, base, disk } = makeChain(folder);
  const lamina = await launch(path);
  const page = await openBytes(lamina);
  await mustShow(page, disk);
  await lamina.picture("bytes-guest");

  const grid = page.getByTestId("hex");
  const caret = page.getByTestId("caret-offset");
  await goTo(page, "sector 6054");
  await expect(caret).toHaveText("0x2f4c00 · 3,099,648");
  await expect(page.getByTestId("caret-sector")).toHaveText("6,054, byte 0");
  await mustShow(page, disk);
  await grid.focus();
  await grid.press("PageDown");
  await grid.press("ArrowDown");
  await grid.press("End");
  await mustShow(page, disk);
  await grid.press("Control+End");
  await expect(caret).toContainText("8,388,607");
  await expect(page.getByTestId("caret-byte")).toHaveText("0xee · 238");
  await mustShow(page, disk);
  await goTo(page, "2.5 MiB");
  await expect(caret).toContainText("0x280000");
  await page.mouse.move(500, 500);
  await grid.hover();
  const top = await grid.getAttribute("data-top");
  await page.mouse.wheel(0, 400);
  await expect(grid).not.toHaveAttribute("data-top", top ?? "");
  await mustShow(page, disk);
  await goTo(page, "2.5 MiB");
  // The pointer takes a byte by its digits or by its character, and those up to where it is dragged.
  const at = 0x280000;
  const row = page.locator(`[data-row="${at}"]`);
  await row.locator(`[data-at="${at + 3}"]`).click();
  await expect(caret).toContainText("0x280003");
  const text = await row.locator("[data-text-at] span").first().boundingBox();
  const last = await row.locator("[data-text-at] span").last().boundingBox();
  if (text === null || last === null) throw new Error("the row has no text");
  const width = (last.x + last.width - text.x) / 16;
  await page.mouse.move(text.x + 5.5 * width, text.y + text.height / 2);
  await page.mouse.down();
  await expect(caret).toContainText("0x280005");
  await page.mouse.move(text.x + 11.5 * width, text.y + text.height / 2);
  await page.mouse.up();
  await expect(row.locator("[data-at][data-selected]")).toHaveCount(7);
  await lamina.picture("bytes-selected");
  await goTo(page, "9 MiB");
  await expect(page.getByText("No offset below 8,388,608 bytes")).toBeVisible();

  // Which file answers, and where it lies there.
  const files = new Map([path, base].map((file, depth) => [depth, file]));
  for (const { start, depth, data, offset } of qemuJson<MapEntry[]>(["map", path])) {
    if (!data || offset === undefined) continue;
    await goTo(page, `0x${start.toString(16)}`);
    const name = (files.get(depth) ?? "").split("/").at(-1);
    await expect(page.getByTestId("caret-origin")).toContainText(
      `${name} at 0x${offset.toString(16)}`,
    );
  }

  // An internal snapshot has the bytes of its time; the place stays.
  await goTo(page, "512");
  await expect(page.getByTestId("caret-byte")).toContainText("0x77");
  const state = page.getByRole("combobox", { name: "State of the disk" });
  await pick(state, /before/);
  await expect(page.getByTestId("caret-byte")).toContainText("0x4c");
  await pick(state, "The disk as it is now");
  await expect(page.getByTestId("caret-byte")).toContainText("0x77");
  await page.getByRole("button", { name: "Show in the file" }).click();
  await expect(page.getByTestId("caret-part")).toContainText("Cluster in use");
  await expect(page.getByTestId("caret-byte")).toContainText("0x77");
});

test("the file's bytes are named by what they are for", async ({ folder, launch }) => {
  const { path } = makeChain(folder);
  const file = readFileSync(path);
  const lamina = await launch(path);
  const page = await openBytes(lamina);
  await page.getByText("Image file", { exact: true }).click();
  const part = page.getByTestId("caret-part");
  await expect(part).toHaveText("Header field magic = 0x514649fb");
  await mustShow(page, file);
  await goTo(page, "20");
  await expect(part).toHaveText("Header field cluster_bits = 16");
  await lamina.picture("bytes-file");
  const l1 = Number(file.readBigUInt64BE(40));
  await goTo(page, String(l1));
  await expect(part).toHaveText("L1 table, entry 0");
  await mustShow(page, file);
  await goTo(page, "end");
  await expect(page.getByTestId("caret-offset")).toContainText(
    (statSync(path).size - 1).toLocaleString("en"),
  );
  await setTheme(page, "Dark");
  await goTo(page, "0");
  await lamina.picture("bytes-dark");
  expect(readFileSync(path).equals(file)).toBe(true);
});

test("text and bytes are found, selected and copied", async ({ folder, launch }) => {
  const path = join(folder, "thin.qcow2");
  // Far more than any element of a page could be high.
  qemuImg(["create", "-q", "-f", "qcow2", path, "8T"]);
  const at = 5 * 2 ** 40 + 12_345;
  qemuIo(path, "qcow2", [`write -q -P 0x4c ${at} 5`, `write -q -P 0x61 ${at + 5} 1`]);
  const lamina = await launch(path);
  const page = await openBytes(lamina);
  await page.getByLabel("Find", { exact: true }).fill("La");
  await page.getByRole("button", { name: "Find next" }).click();
  await expect(page.getByTestId("find-outcome")).toHaveText(`Found at 0x${(at + 4).toString(16)}.`);
  await expect(page.getByTestId("selected")).toHaveText("2 bytes");
  await page.getByRole("button", { name: "Copy as hex" }).click();
  await expect
    .poll(() => lamina.app.evaluate(({ clipboard }) => clipboard.readText()))
    .toBe("4c 61");
  const grid = page.getByTestId("hex");
  await grid.focus();
  await grid.press("Shift+ArrowLeft");
  await page.getByRole("button", { name: "Copy as text" }).click();
  await expect.poll(() => lamina.app.evaluate(({ clipboard }) => clipboard.readText())).toBe("LLa");
  await lamina.picture("bytes-found");

  // The caret was moved before the match: the same one is next, and none after it.
  await page.getByRole("button", { name: "Find next" }).click();
  await expect(page.getByTestId("caret-offset")).toContainText(`0x${(at + 4).toString(16)}`);
  await page.getByRole("button", { name: "Find next" }).click();
  await expect(page.getByTestId("find-outcome")).toContainText("Not found from");
  await page.getByText("Hex", { exact: true }).click();
  await page.getByLabel("Find", { exact: true }).fill("4c 4");
  await page.keyboard.press("Enter");
  await expect(page.getByText("pairs of hexadecimal digits")).toBeVisible();
  await page.getByLabel("Find", { exact: true }).fill("4C4c:61 00");
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("find-outcome")).toContainText("Not found from");
  await page.getByRole("button", { name: "Look from the start" }).click();
  await expect(page.getByTestId("find-outcome")).toHaveText(
    `Found at 0x${(at + 4 - 1).toString(16)}.`,
  );

  // The scroll bar spans all of it: dragged to its end, the disk's last row is there.
  await goTo(page, "0");
  await expect(grid).toHaveAttribute("data-top", "0");
  const bar = await page.getByTestId("hex-scroll").boundingBox();
  if (bar === null) throw new Error("no scroll bar");
  await page.mouse.move(bar.x + 7, bar.y + 8);
  await page.mouse.down();
  await page.mouse.move(bar.x + 7, bar.y + bar.height / 2, { steps: 4 });
  await expect
    .poll(async () => Number(await grid.getAttribute("data-top")))
    .toBeGreaterThan(2 ** 41);
  await page.mouse.move(bar.x + 7, bar.y + bar.height + 20, { steps: 4 });
  await page.mouse.up();
  await expect.poll(async () => (await shownRows(page)).has(8 * 2 ** 40 - 16)).toBe(true);
});

test("looking through much data tells how far it is, and stops", async ({ folder, launch }) => {
  const path = join(folder, "endless.qcow2");
  makeEndless(path);
  const lamina = await launch(path);
  const page = await openBytes(lamina);
  await page.getByLabel("Find", { exact: true }).fill("nowhere");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("progressbar", { name: "Find" })).toBeVisible();
  await page.getByRole("button", { name: "Stop" }).click();
  await expect(page.getByRole("button", { name: "Find next" })).toBeVisible();
  await expect(page.getByTestId("find-outcome")).toHaveText("");
});
