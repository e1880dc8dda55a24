import {
  closeSync,
  copyFileSync,
  openSync,
  readSync,
  renameSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { qemuImg, qemuIo, qemuJson } from "../helpers/qemu-img";
import { setTheme } from "./dialogs";
import { expect, test } from "./lamina";

const MiB = 2 ** 20;
const cluster = 65_536;

interface MapEntry {
  start: number;
  length: number;
  depth: number;
  present: boolean;
  zero: boolean;
  data: boolean;
  offset?: number;
}

async function openMap(page: Page): Promise<void> {
  await page.getByRole("tab", { name: "Map" }).click();
  await expect(page.getByTestId("map-totals")).toBeAttached();
}

/** Bytes of each class, as the table for screen readers has them. */
function totals(page: Page): Promise<Record<string, number>> {
  return page
    .locator('[data-testid="map-totals"] tr')
    .evaluateAll((rows) =>
      Object.fromEntries(
        rows.map((row) => [
          row.getAttribute("data-class"),
          Number(row.getAttribute("data-bytes")),
        ]) as [string, number][],
      ),
    );
}

/** Chooses one of the ways to look at the image. */
async function choose(page: Page, name: string): Promise<void> {
  await page.getByText(name, { exact: true }).click();
}

function sumOf<T>(items: readonly T[], key: (item: T) => string, bytes: (item: T) => number) {
  const sums: Record<string, number> = {};
  for (const item of items) sums[key(item)] = (sums[key(item)] ?? 0) + bytes(item);
  return sums;
}

const length = (entry: MapEntry): number => entry.length;

function kindOf({ data, zero, present, offset }: MapEntry): string {
  if (data) return offset === undefined ? "compressed" : "data";
  return zero && present ? "zero" : "unallocated";
}

const layerOf = (entry: MapEntry): string =>
  kindOf(entry) === "unallocated" ? "unallocated" : `layer-${entry.depth}`;

function makeChain(folder: string): string {
  const [plain, base] = [join(folder, "plain.qcow2"), join(folder, "debian-12-base.qcow2")];
  const overlay = join(folder, "web01.qcow2");
  qemuImg(["create", "-q", "-f", "qcow2", plain, "64M"]);
  qemuIo(plain, "qcow2", ["write -q -P 1 0 8M", "write -q -P 2 20M 4M", "write -q -P 3 50M 2M"]);
  qemuImg(["convert", "-c", "-O", "qcow2", plain, base]);
  qemuImg(["create", "-q", "-f", "qcow2", "-b", "debian-12-base.qcow2", "-F", "qcow2", overlay]);
  qemuIo(overlay, "qcow2", [
    "write -q -P 4 6M 4M",
    "write -q -P 5 40M 1M",
    "write -q -z 50M 1M",
    "write -q -z 60M 2M",
  ]);
  return overlay;
}

test("the cells of a chain are what qemu-img map tells, cell by cell", async ({
  folder,
  launch,
}) => {
  const path = makeChain(folder);
  const told = qemuJson<MapEntry[]>(["map", path]);
  const lamina = await launch(path);
  const { page } = lamina;
  await openMap(page);
  await expect.poll(() => totals(page)).toEqual(sumOf(told, kindOf, length));
  await expect(page.getByTestId("map-scale")).toHaveAttribute("data-bytes", String(cluster));
  await expect(
    page.getByRole("img", { name: /as 1,024 cells of 64.0.KiB: .*Data 5.0.MiB/ }),
  ).toBeVisible();

  const place = page.getByTestId("map-place");
  await page.getByTestId("map-surface").focus();
  await page.keyboard.press("Home");
  const row = await rowLength(page);
  let at = 0;
  for (const entry of told) {
    await goOn(page, (entry.start - at) / cluster, row);
    at = entry.start;
    await expect(place).toHaveAttribute("data-cell", String(entry.start));
    await expect(place).toHaveAttribute("data-kind", kindOf(entry));
    if (entry.offset === undefined) continue;
    await expect(place).toHaveAttribute("data-host", String(entry.offset));
    await expect(page.getByTestId("map-said")).toContainText(`0x${entry.offset.toString(16)}`);
  }
  await lamina.picture("map");

  await choose(page, "By layer");
  await expect.poll(() => totals(page)).toEqual(sumOf(told, layerOf, length));
  await expect(page.getByRole("radio", { name: /By snapshot sharing/ })).toBeDisabled();
  await setTheme(page, "Dark");
  await page.getByTestId("map-surface").hover({ position: { x: 200, y: 20 } });
  await expect(place).toHaveAttribute("data-kind", /./);
  await lamina.picture("map-layers-dark");
});

/** How many cells a row has, when the keys are at the first. */
async function rowLength(page: Page): Promise<number> {
  const place = page.getByTestId("map-place");
  await expect(place).toHaveAttribute("data-cell", "0");
  await page.keyboard.press("ArrowDown");
  await expect(place).not.toHaveAttribute("data-cell", "0");
  const below = Number(await place.getAttribute("data-cell"));
  await page.keyboard.press("ArrowUp");
  return below / cluster;
}

/** Goes so many cells on, by rows and then along the row the shorter way. */
async function goOn(page: Page, cells: number, row: number): Promise<void> {
  const rows = Math.round(cells / row);
  const along = cells - rows * row;
  for (let i = 0; i < rows; i++) await page.keyboard.press("ArrowDown");
  const key = along < 0 ? "ArrowLeft" : "ArrowRight";
  for (let i = 0; i < Math.abs(along); i++) await page.keyboard.press(key);
}

/** Clusters of the file in which qemu-img says the disk's data lie. */
function hostClusters(path: string): Set<number> {
  const clusters = new Set<number>();
  for (const entry of qemuJson<MapEntry[]>(["map", path])) {
    const { offset, data } = entry;
    if (!data || offset === undefined) continue;
    for (let at = offset; at < offset + entry.length; at += cluster) clusters.add(at / cluster);
  }
  return clusters;
}

test("the file of an image with snapshots tells what only they hold", async ({
  folder,
  launch,
}) => {
  const path = join(folder, "web01.qcow2");
  qemuImg(["create", "-q", "-f", "qcow2", path, "32M"]);
  qemuIo(path, "qcow2", ["write -q -P 1 0 6M"]);
  qemuImg(["snapshot", "-c", "fresh", path]);
  qemuIo(path, "qcow2", ["write -q -P 2 2M 2M"]);
  qemuImg(["snapshot", "-c", "before-upgrade", path]);
  qemuIo(path, "qcow2", ["write -q -P 3 3M 2M", "write -q -P 4 20M 1M"]);
  const kept = ["fresh", "before-upgrade"].map((name) => {
    const copy = join(folder, `${name}.copy`);
    copyFileSync(path, copy);
    qemuImg(["snapshot", "-a", name, copy]);
    return hostClusters(copy);
  });
  const now = hostClusters(path);
  const used = new Set([...now, ...kept.flatMap((clusters) => [...clusters])]);
  const sharers = (host: number): number => kept.filter((clusters) => clusters.has(host)).length;
  const sharingOf = (host: number): string =>
    !now.has(host) ? "snapshots" : sharers(host) === 0 ? "exclusive" : `shared-${sharers(host)}`;

  const lamina = await launch(path);
  const { page } = lamina;
  await openMap(page);
  await choose(page, "Host file order");
  const kinds = sumOf(
    [...used],
    (host) => (now.has(host) ? "data" : "snapshots"),
    () => cluster,
  );
  await expect.poll(() => totals(page)).toMatchObject(kinds);
  const all = async () => Object.values(await totals(page)).reduce((a, b) => a + b, 0);
  await expect.poll(all).toBe(statSync(path).size);
  await choose(page, "By snapshot sharing");
  const sharing = sumOf([...used], sharingOf, () => cluster);
  await expect.poll(() => totals(page)).toMatchObject(sharing);
  await page.getByTestId("map-surface").focus();
  await page.keyboard.press("Home");
  await expect(page.getByTestId("map-place")).toHaveAttribute("data-kind", "metadata");
  await lamina.picture("map-host-sharing");

  await choose(page, "Guest order");
  await choose(page, "By snapshot sharing");
  await page.getByTestId("map-surface").focus();
  await page.keyboard.press("Home");
  await expect(page.getByTestId("map-said")).toContainText("Shared with fresh, before-upgrade");
});

test("a disk of 2 TiB is zoomed and scrolled to single clusters", async ({ folder, launch }) => {
  const path = join(folder, "archive.qcow2");
  qemuImg(["create", "-q", "-f", "qcow2", path, "2T"]);
  const last = 2 ** 41 - cluster;
  qemuIo(path, "qcow2", [
    "write -q -P 1 0 64k",
    "write -q -P 2 1T 3M",
    `write -q -P 3 ${last} 64k`,
  ]);
  const lamina = await launch(path);
  const { page } = lamina;
  await openMap(page);
  await expect
    .poll(() => totals(page))
    .toEqual({
      data: 3 * MiB + 2 * cluster,
      unallocated: 2 ** 41 - 3 * MiB - 2 * cluster,
    });
  const [surface, place] = [page.getByTestId("map-surface"), page.getByTestId("map-place")];
  const scale = page.getByTestId("map-scale");
  await surface.focus();
  await page.keyboard.press("End");
  await expect(place).toHaveAttribute("data-kind", "data");
  await expect(place).toHaveAttribute("data-at", String(last));
  for (let level = 0; level < 8; level++) await page.keyboard.press("Enter");
  await expect(scale).toHaveAttribute("data-bytes", String(cluster));
  await page.keyboard.press("End");
  await expect(place).toHaveAttribute("data-cell", String(last));
  await expect(place).toHaveAttribute("data-kind", "data");
  await page.keyboard.press("ArrowLeft");
  await expect(place).toHaveAttribute("data-kind", "unallocated");
  const bar = page.getByRole("scrollbar", { name: "Scroll the map" });
  await expect(bar).toHaveAttribute("aria-valuenow", "100");
  await surface.hover();
  await page.mouse.wheel(0, -400);
  await page.keyboard.press("Home");
  await expect(place).toHaveAttribute("data-cell", "0");
  await expect(place).toHaveAttribute("data-kind", "data");
  await expect(bar).toHaveAttribute("aria-valuenow", "0");
  await page.keyboard.press("0");
  await expect(bar).toBeHidden();
  await page.keyboard.press("+");
  await expect(bar).toBeVisible();
  await page.keyboard.press("-");
  await expect(bar).toBeHidden();
  const fit = await scale.getAttribute("data-bytes");
  await page.keyboard.down("Control");
  await page.mouse.wheel(0, -100);
  await page.keyboard.up("Control");
  await expect(scale).not.toHaveAttribute("data-bytes", fit ?? "");
  await page.keyboard.press("0");
  await surface.dblclick({ position: { x: 5, y: 5 } });
  await expect(bar).toBeVisible();
  await page.getByRole("button", { name: "Zoom out" }).click();
  await page.getByRole("button", { name: "Show all" }).click();
  await expect(bar).toBeHidden();
});

/** Gives cluster 20 of a disk a place that is on no cluster. */
function damage(path: string): void {
  const file = openSync(path, "r+");
  const word = Buffer.alloc(8);
  const wordAt = (at: number): number => {
    readSync(file, word, 0, 8, at);
    return Number(word.readBigUInt64BE() & 0x00ff_ffff_ffff_fe00n);
  };
  const l1 = wordAt(40);
  writeSync(file, Buffer.from("8000000000051200", "hex"), 0, 8, wordAt(l1) + 20 * 8);
  closeSync(file);
}

test("an empty, a tiny, a damaged and a broken disk each have a map that makes sense", async ({
  folder,
  launch,
}) => {
  const make = (name: string, ...rest: string[]): string => {
    qemuImg(["create", "-q", "-f", "qcow2", ...rest.slice(1), join(folder, name), rest[0] ?? "1M"]);
    return join(folder, name);
  };
  const empty = make("empty.qcow2", "0");
  const tiny = make("tiny.qcow2", "64k");
  make("base.qcow2", "4M");
  const broken = make("broken.qcow2", "4M", "-b", "base.qcow2", "-F", "qcow2");
  qemuIo(broken, "qcow2", ["write -q -P 1 1M 1M"]);
  renameSync(join(folder, "base.qcow2"), join(folder, "moved.qcow2"));
  const damaged = make("damaged.qcow2", "4M");
  qemuIo(damaged, "qcow2", ["write -q -P 1 1M 1M"]);
  damage(damaged);
  const lamina = await launch(broken, damaged, tiny, empty);
  const { page } = lamina;
  await openMap(page);
  await expect.poll(() => totals(page)).toEqual({ data: MiB, missing: 3 * MiB });
  await lamina.picture("map-broken");
  await page.getByRole("treeitem", { name: /^damaged.qcow2/ }).click();
  const around = { data: MiB - cluster, unallocated: 3 * MiB, unreadable: cluster };
  await expect.poll(() => totals(page)).toEqual(around);
  await page.getByRole("treeitem", { name: /^tiny.qcow2/ }).click();
  await expect.poll(() => totals(page)).toEqual({ unallocated: cluster });
  await page.getByTestId("map-surface").focus();
  await page.keyboard.press("End");
  await expect(page.getByTestId("map-place")).toHaveAttribute("data-kind", "unallocated");
  await page.getByRole("treeitem", { name: /^empty.qcow2/ }).click();
  await expect(page.getByText("This disk has no bytes")).toBeVisible();
});
