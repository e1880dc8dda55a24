import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { qemuImg, qemuIo, qemuJson } from "../helpers/qemu-img";
import { restOf, setTheme } from "./dialogs";
import { expect, test, type Lamina } from "./lamina";

interface QemuInfo {
  "actual-size": number;
  snapshots?: { id: string; name: string }[];
}
interface QemuCheck {
  leaks?: number;
  corruptions?: number;
  "image-end-offset": number;
  "allocated-clusters": number;
}

const MiB = 2 ** 20;

/** fresh-install, on it before-upgrade and experiment, on before-upgrade upgrade-failed and now. */
function makeTree(folder: string): string {
  const path = join(folder, "web01.qcow2");
  qemuImg(["create", "-q", "-f", "qcow2", path, "256M"]);
  qemuIo(path, "qcow2", ["write -q -P 1 0 12M"]);
  qemuImg(["snapshot", "-c", "fresh-install", path]);
  qemuIo(path, "qcow2", ["write -q -P 2 8M 8M"]);
  qemuImg(["snapshot", "-c", "before-upgrade", path]);
  qemuIo(path, "qcow2", ["write -q -P 3 40M 6M"]);
  qemuImg(["snapshot", "-c", "upgrade-failed", path]);
  qemuImg(["snapshot", "-a", "fresh-install", path]);
  qemuIo(path, "qcow2", ["write -q -P 4 100M 3M"]);
  qemuImg(["snapshot", "-c", "experiment", path]);
  qemuImg(["snapshot", "-a", "before-upgrade", path]);
  qemuIo(path, "qcow2", ["write -q -P 5 200M 5M"]);
  return path;
}

const namesIn = (path: string): string[] =>
  (qemuJson<QemuInfo>(["info", path]).snapshots ?? []).map(({ name }) => name);

/** What the file holds at a snapshot, as qemu-img reads it. */
function mustHold(path: string, folder: string, snapshot: string | undefined, reads: string[]) {
  const raw = join(folder, "state.raw");
  const at = snapshot === undefined ? [] : ["-l", snapshot];
  qemuImg(["convert", ...at, "-O", "raw", path, raw]);
  qemuIo(raw, "raw", reads);
}

function mustBeClean(path: string): void {
  const { leaks = 0, corruptions = 0 } = qemuJson<QemuCheck>(["check", path]);
  expect({ leaks, corruptions }).toEqual({ leaks: 0, corruptions: 0 });
}

async function openTab(lamina: Lamina, tab: string): Promise<Page> {
  await lamina.page.getByRole("tab", { name: tab }).click();
  return lamina.page;
}

const node = (page: Page, name: string) =>
  page.locator(`[data-testid="snapshot-node"][data-name="${name}"]`);

/** Selects a node alone. */
async function select(page: Page, name: string): Promise<void> {
  await node(page, name).click();
  await expect(node(page, name)).toHaveAttribute("data-selected", "true");
}

test("the tree shows where snapshots came from, and what each holds alone", async ({
  folder,
  launch,
}) => {
  const path = makeTree(folder);
  const lamina = await launch(path);
  const page = await openTab(lamina, "Snapshots");
  await expect(page.getByTestId("snapshot-node")).toHaveCount(5);

  const tree = page.getByRole("tree", { name: "Snapshots" });
  const levels = [
    "fresh-install 1",
    "before-upgrade 2",
    "upgrade-failed 3",
    "Now 3",
    "experiment 2",
  ];
  const items = tree.getByRole("treeitem");
  await expect(items).toHaveCount(5);
  for (const [i, level] of levels.entries()) {
    const [name = "", depth = ""] = level.split(" ");
    await expect(items.nth(i)).toContainText(`${name},`);
    await expect(items.nth(i)).toHaveAttribute("aria-level", depth);
  }

  await expect
    .poll(async () => Number(await node(page, "upgrade-failed").getAttribute("data-exclusive")))
    .toBeGreaterThan(6 * MiB);
  await lamina.picture("snapshots");

  // By keys: from Now to its parent, to the first, into the other branch, and both selected.
  await tree.focus();
  await page.keyboard.press("ArrowLeft");
  await expect(items.nth(1)).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("Home");
  await expect(items.nth(0)).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("End");
  await expect(items.nth(4)).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("Shift+ArrowUp");
  await expect(page.getByRole("heading", { name: "2 selected" })).toBeVisible();
  await page.getByRole("button", { name: "Compare the two" }).click();
  await expect(page.getByTestId("changed")).toHaveAttribute(
    "data-bytes",
    String(8 * MiB + 3 * MiB + 5 * MiB),
  );
  await lamina.picture("snapshots-compared");

  await setTheme(page, "Dark");
  await lamina.picture("snapshots-dark");
});

test("snapshots are taken, renamed, gone back to and deleted", async ({ folder, launch }) => {
  const path = makeTree(folder);
  const lamina = await launch(path);
  const page = await openTab(lamina, "Snapshots");

  await page.getByRole("button", { name: "Take snapshot…" }).first().click();
  await page.getByRole("textbox", { name: "Name of the snapshot" }).fill("tested");
  await lamina.picture("snapshots-take");
  await page.getByRole("button", { name: "Take snapshot", exact: true }).click();
  await expect(node(page, "tested")).toBeVisible();
  expect(namesIn(path)).toContain("tested");
  mustBeClean(path);

  await select(page, "tested");
  await page.getByRole("button", { name: "Rename…" }).click();
  await page.getByRole("textbox", { name: "Name of the snapshot" }).fill("works");
  await page.getByRole("button", { name: "Rename", exact: true }).click();
  await expect(node(page, "works")).toBeVisible();
  expect(namesIn(path)).toContain("works");

  // The guest goes on writing; the tab reads the image anew when it is opened.
  qemuIo(path, "qcow2", ["write -q -P 6 220M 1M"]);
  await openTab(lamina, "Overview");
  await openTab(lamina, "Snapshots");

  // Going back offers a snapshot of what would be lost, and says what is lost without one.
  await select(page, "upgrade-failed");
  await page.getByRole("button", { name: "Go back to this…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("checkbox").uncheck();
  await expect(dialog).toContainText("The current state is lost");
  await expect(dialog).toContainText("This cannot be undone");
  await lamina.picture("snapshots-go-back");
  await dialog.getByRole("checkbox").check();
  await dialog.getByRole("textbox").fill("before going back");
  await dialog.getByRole("button", { name: "Go back" }).click();
  await expect(node(page, "before going back")).toBeVisible();
  mustBeClean(path);
  mustHold(path, folder, undefined, ["read -q -P 3 40M 6M", "read -q -P 0 200M 5M"]);
  mustHold(path, folder, "before going back", ["read -q -P 5 200M 5M", "read -q -P 6 220M 1M"]);

  await select(page, "experiment");
  // The keys go on from where the pointer was, and bring into view what lies outside.
  await page.keyboard.press("Control+Home");
  await page.keyboard.press("Space");
  await expect(page.getByRole("heading", { name: "2 selected" })).toBeVisible();
  const freed = page.getByTestId("freed");
  await expect(freed).toBeVisible();
  const told = Number(await freed.getAttribute("data-bytes"));
  const before = qemuJson<QemuInfo>(["info", path])["actual-size"];
  await page.getByRole("button", { name: "Delete 2 snapshots…" }).click();
  const doomed = page.getByRole("dialog").getByRole("listitem");
  await expect(doomed).toHaveCount(2);
  await expect(page.getByRole("dialog")).toContainText("This cannot be undone");
  await expect(doomed.filter({ hasText: "experiment" })).toHaveCount(1);
  await lamina.picture("snapshots-delete");
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await expect(node(page, "experiment")).toHaveCount(0);
  expect(told).toBeGreaterThan(3 * MiB);
  // The host keeps no holes below its own blocks, and tables are mostly empty.
  const given = before - qemuJson<QemuInfo>(["info", path])["actual-size"];
  expect(Math.abs(given - told)).toBeLessThan(0.5 * MiB);
  expect(namesIn(path)).toEqual(["before-upgrade", "upgrade-failed", "works", "before going back"]);
  mustBeClean(path);
  mustHold(path, folder, "before-upgrade", ["read -q -P 1 0 8M", "read -q -P 2 8M 8M"]);
});

test("a snapshot is saved as an image of its own", async ({ folder, launch }) => {
  const path = makeTree(folder);
  const lamina = await launch(path);
  const page = await openTab(lamina, "Snapshots");
  await select(page, "experiment");
  await page.getByRole("button", { name: "Save as new image…" }).click();
  const dialog = page.getByRole("dialog");
  const start = dialog.getByRole("button", { name: /^Convert/ });
  await restOf(dialog);
  // Until then the format, and so the name, is still being chosen.
  await expect(start).toBeEnabled();
  const target = await dialog.getByRole("textbox", { name: "Save as" }).inputValue();
  await start.click();
  await expect.poll(() => existsSync(target), { timeout: 60_000 }).toBe(true);
  await expect(page.getByTestId("jobs-bar")).toContainText("Converted web01.qcow2");
  const own = join(folder, "experiment.raw");
  qemuImg(["convert", "-l", "experiment", "-O", "raw", path, own]);
  qemuImg(["compare", own, target]);
});

test("raw images say why they have none; 40 snapshots with long names hold", async ({
  folder,
  launch,
}) => {
  const raw = join(folder, "plain.raw");
  qemuImg(["create", "-q", "-f", "raw", raw, "8M"]);
  const path = join(folder, "many.qcow2");
  qemuImg(["create", "-q", "-f", "qcow2", path, "64M"]);
  const long = "nightly backup of the accounting database before the quarterly migration number";
  for (let i = 0; i < 40; i++) {
    if (i % 4 === 0) qemuIo(path, "qcow2", [`write -q -P ${i + 1} ${i}M 512k`]);
    qemuImg(["snapshot", "-c", `${long} ${i}`, path]);
    if (i % 7 === 6) qemuImg(["snapshot", "-a", `${long} ${i - 4}`, path]);
  }
  const lamina = await launch(raw);
  const page = await openTab(lamina, "Snapshots");
  await expect(page.getByText("holds the disk's bytes and nothing else")).toBeVisible();
  await lamina.picture("snapshots-raw");
  await lamina.close();

  const many = await launch(path);
  await openTab(many, "Snapshots");
  await expect(many.page.getByRole("main").getByRole("treeitem")).toHaveCount(41);
  await many.picture("snapshots-many");
  // At first it can be read, with the disk as it is now in sight; the whole and nearer are a key away.
  const { page: tree } = many;
  const scaleNow = () =>
    tree
      .locator(".react-flow__viewport")
      .evaluate((element) => new DOMMatrix(getComputedStyle(element).transform).a);
  const now = tree.getByTestId("snapshot-node").and(tree.locator("[data-now]"));
  const frame = tree.locator(".react-flow");
  /** How many of the nodes lie wholly in the frame. */
  const inFrame = async () => {
    const edge = await frame.boundingBox();
    const boxes = await tree.getByTestId("snapshot-node").evaluateAll((nodes) =>
      nodes.map((each) => {
        const { left, right, top, bottom } = each.getBoundingClientRect();
        return { left, right, top, bottom };
      }),
    );
    if (edge === null) return 0;
    return boxes.filter(
      ({ left, right, top, bottom }) =>
        left >= edge.x &&
        right <= edge.x + edge.width &&
        top >= edge.y &&
        bottom <= edge.y + edge.height,
    ).length;
  };
  await expect.poll(scaleNow).toBeCloseTo(0.84, 2);
  await expect(now).toBeInViewport({ ratio: 0.99 });
  expect(await inFrame()).toBeLessThan(41);
  await tree.getByRole("tree", { name: "Snapshots" }).focus();
  await tree.keyboard.press("0");
  await expect.poll(inFrame).toBe(41);
  await many.picture("snapshots-whole");
  const whole = await scaleNow();
  await tree.getByRole("button", { name: "Zoom in (+)" }).click();
  await expect.poll(scaleNow).toBeCloseTo(whole * 1.25, 3);
  await tree.getByRole("tree", { name: "Snapshots" }).focus();
  await tree.keyboard.press("-");
  await expect.poll(scaleNow).toBeCloseTo(whole, 3);
  await many.app.evaluate(({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()[0]?.setContentSize(900, 600);
  });
  await expect.poll(() => many.page.evaluate(() => innerWidth)).toBe(900);
  await many.picture("snapshots-small");
});
