import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, renameSync, utimesSync } from "node:fs";
import { basename, join } from "node:path";
import type { Locator, Page } from "@playwright/test";
import { qemuImg, qemuIo, qemuJson } from "../helpers/qemu-img";
import {
  MiB,
  info,
  create,
  mustBeClean,
  mustRead,
  answerDialogs,
  button,
  make,
  told,
} from "./changes";
import { pick, restOf, setTheme } from "./dialogs";
import { expect, test } from "./lamina";

/** A base of 8 MiB, on it a layer with 4 MiB of which 2 hide the base, on that one with 1 MiB. */
function makeChain(folder: string): { base: string; middle: string; top: string; raw: string } {
  const base = create(join(folder, "debian-12-base.qcow2"));
  qemuIo(base, "qcow2", ["write -q -P 1 0 8M"]);
  const middle = create(join(folder, "web01.qcow2"), base);
  qemuIo(middle, "qcow2", ["write -q -P 2 6M 4M"]);
  const top = create(join(folder, "web01-test.qcow2"), middle);
  qemuIo(top, "qcow2", ["write -q -P 3 20M 1M"]);
  const raw = join(folder, "before.raw");
  qemuImg(["convert", "-O", "raw", top, raw]);
  return { base, middle, top, raw };
}

async function openChain(page: Page): Promise<void> {
  await page.getByRole("tab", { name: "Chain" }).click();
}

const slab = (page: Page, path: string): Locator =>
  page.locator(`[data-testid="layer"][data-path="${path}"]`);
/** Sets when a file was last written to, in hours from now. */
function touch(path: string, hours: number): void {
  const time = Date.now() / 1000 + hours * 3600;
  utimesSync(path, time, time);
}

test("an image is flattened, its chain says what it holds", async ({ folder, launch }) => {
  const { base, middle, top, raw } = makeChain(folder);
  create(join(folder, "db01.qcow2"), base);
  const lamina = await launch(top);
  const { page } = lamina;
  await openChain(page);
  await expect(slab(page, base)).toContainText("Holds 8.0 MiB");
  await expect(slab(page, base)).toContainText("Answers 6.0 MiB");
  await expect(slab(page, base)).toContainText("1 other image stands on it");
  await slab(page, base).click();
  await expect(page.getByTestId("stand-on-it")).toHaveText("db01.qcow2, web01.qcow2");
  // And the image on the page, which stands on web01.qcow2.
  await expect(page.getByTestId("layer-panel")).toContainText("would corrupt 3 images");
  // Each slab is filled where it answers once the strips are there.
  for (const path of [base, middle, top])
    await expect(slab(page, path).locator("path")).not.toHaveCount(0);
  await lamina.picture("chain-base");
  // By keys, back to the image itself.
  for (const path of [middle, top]) {
    await page.keyboard.press("ArrowUp");
    await expect(slab(page, path)).toHaveAttribute("data-chosen", "true");
  }
  await button(page, "Flatten…").click();
  const consequences = page.getByTestId("consequences");
  await expect(consequences.getByTestId("copied")).toHaveAttribute("data-bytes", String(10 * MiB));
  await expect(page.getByTestId("preview-layer")).toHaveCount(1);
  await lamina.picture("chain-flatten");
  await make(page, "Flatten in place");
  await expect(page.getByTestId("layer")).toHaveCount(1);
  expect(info(top)["backing-filename"]).toBeUndefined();
  expect(info(middle)["backing-filename"]).toBe("debian-12-base.qcow2");
  mustBeClean(top, middle, base);
  mustRead(top, raw);
});

test("an overlay is committed: refused for others' sake, then made", async ({ folder, launch }) => {
  const { base, middle, top, raw } = makeChain(folder);
  const other = create(join(folder, "db01.qcow2"), base);
  const lamina = await launch(top);
  const { page } = lamina;
  await openChain(page);
  await button(page, "Commit into its base…").click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByTestId("copied")).toHaveAttribute("data-bytes", String(MiB));
  await expect(dialog.getByTestId("preview-layer")).toHaveCount(3);
  await expect(dialog).toContainText("Only a copy made beforehand");

  // Into the base of all the other image would read otherwise: named, and not without a yes.
  const into = dialog.getByRole("combobox", { name: "Into which file" });
  await pick(into, "debian-12-base.qcow2");
  await expect(dialog.getByTestId("dependents")).toContainText("db01.qcow2");
  await expect(dialog.getByTestId("copied")).toHaveAttribute("data-bytes", String(5 * MiB));
  await expect(dialog.getByRole("button", { name: "Commit", exact: true })).toBeDisabled();
  await lamina.picture("chain-commit-refused");
  qemuIo(other, "qcow2", ["read -q -P 1 0 8M"]);

  await pick(into, "web01.qcow2");
  await told(page);
  await expect(dialog.getByTestId("dependents")).toBeHidden();
  await dialog.getByRole("checkbox", { name: /^Empty web01-test/ }).check();
  await make(page, "Commit");
  await expect(slab(page, top)).toContainText("Holds 0 B");
  mustBeClean(top, middle);
  mustRead(middle, raw);
  mustRead(top, raw);
  expect(qemuJson<{ depth: number; data: boolean }[]>(["map", top])).not.toContainEqual(
    expect.objectContaining({ depth: 0, data: true }),
  );

  // With a yes it is done all the same, and keeps what it commits.
  qemuIo(top, "qcow2", ["write -q -P 4 30M 1M"]);
  qemuImg(["convert", "-O", "raw", top, raw]);
  await slab(page, base).click();
  await button(page, "Commit the image into this…").click();
  await told(page);
  await dialog.getByRole("checkbox", { name: /^I know what this ruins/ }).check();
  await make(page, "Commit");
  mustBeClean(top, base);
  mustRead(base, raw);
  mustRead(top, raw);
});

test("a middle layer is taken out, down and up", async ({ folder, launch }) => {
  const { base, middle, top, raw } = makeChain(folder);
  const newest = create(join(folder, "web01-newest.qcow2"), top);
  const lamina = await launch(newest);
  const { page } = lamina;
  await openChain(page);
  await expect(page.getByTestId("layer")).toHaveCount(4);

  await slab(page, top).click();
  await button(page, "Take out of the chain…").click();
  const dialog = page.getByRole("dialog");
  await told(page);
  await dialog.getByRole("radio", { name: "Up, into web01-newest.qcow2" }).check();
  await expect(dialog.getByTestId("writes-to")).toHaveText("web01-newest.qcow2");
  await expect(dialog.getByTestId("copied")).toHaveAttribute("data-bytes", String(MiB));
  await lamina.picture("chain-merge");
  await make(page, "Merge");
  await expect(page.getByTestId("layer")).toHaveCount(3);
  expect(info(newest)["backing-filename"]).toBe("web01.qcow2");
  mustBeClean(newest, top, middle);
  mustRead(newest, raw);
  mustRead(top, raw);

  // The old top still stands on the middle layer: into the base would change what it reads? It does
  // not, as the middle layer itself stays as it is.
  await slab(page, middle).click();
  await button(page, "Take out of the chain…").click();
  await expect(dialog.getByTestId("copied")).toHaveAttribute("data-bytes", String(4 * MiB));
  await make(page, "Merge");
  await expect(page.getByTestId("layer")).toHaveCount(2);
  expect(info(newest)["backing-filename"]).toBe("debian-12-base.qcow2");
  mustBeClean(newest, base);
  mustRead(newest, raw);
  mustRead(top, raw);
});

test("an image is dragged onto another, and chosen onto a base that is refused", async ({
  folder,
  launch,
}) => {
  const { base, middle, top, raw } = makeChain(folder);
  const copy = join(folder, "debian-12.5-base.qcow2");
  copyFileSync(base, copy);
  qemuIo(copy, "qcow2", ["write -q -P 9 0 1M", "write -q -P 9 40M 3M"]);
  const lamina = await launch(copy, middle, top);
  const { page } = lamina;
  const row = (path: string) => page.locator(`[data-testid="recent-image"][data-path="${path}"]`);
  for (const path of [copy, middle, top]) await expect(row(path)).toContainText("64 MiB");
  await row(middle).dragTo(row(copy));
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("web01.qcow2 will stand on debian-12.5-base.qcow2");
  // 1 MiB that is another, and 3 MiB that have to be zeros.
  await expect(dialog.getByTestId("copied")).toHaveAttribute("data-bytes", String(MiB));
  await expect(dialog.getByTestId("zeroed")).toHaveAttribute("data-bytes", String(3 * MiB));
  await expect(dialog.getByTestId("preview-layer")).toHaveCount(2);
  await lamina.picture("chain-rebase");
  await make(page, "Put on this base");
  expect(info(middle)["backing-filename"]).toBe("debian-12.5-base.qcow2");
  mustBeClean(middle, copy);
  mustRead(top, raw);

  // By keys alone, and onto what stands on it: a loop, which is refused.
  await answerDialogs(lamina, top);
  await button(page, "Put on another base…").focus();
  await page.keyboard.press("Enter");
  await expect(dialog.getByTestId("change-refused")).toContainText("stands on");
  await expect(dialog.getByRole("button", { name: "Put on this base" })).toBeDisabled();
  await lamina.picture("chain-rebase-refused");
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  mustRead(top, raw);
});

test("snapshots that would change are named first", async ({ folder, launch }) => {
  const { base, middle } = makeChain(folder);
  qemuImg(["snapshot", "-c", "before-upgrade", middle]);
  const lamina = await launch(middle);
  const { page } = lamina;
  await openChain(page);
  await button(page, "Flatten…").click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByTestId("changed-snapshots")).toContainText("before-upgrade");
  await expect(button(page, "Flatten in place")).toBeDisabled();
  await lamina.picture("chain-flatten-snapshots");
  await dialog.getByRole("button", { name: "As a new image…" }).click();
  await expect(page.getByRole("dialog").filter({ hasText: "Convert" })).toBeVisible();
  await restOf(page.getByRole("dialog").filter({ hasText: "Convert" }));
  expect(info(middle)["backing-filename"]).toBe(basename(base));
});

test("an image that a machine writes to is not touched", async ({ folder, launch }) => {
  const { middle, raw } = makeChain(folder);
  qemuImg(["convert", "-O", "raw", middle, raw]);
  const lamina = await launch(middle);
  const { page } = lamina;
  await openChain(page);
  await button(page, "Flatten…").click();
  await expect(button(page, "Flatten in place")).toBeEnabled();
  const holder = spawn("qemu-io", ["-f", "qcow2", middle], { stdio: ["pipe", "pipe", "inherit"] });
  try {
    await once(holder.stdout, "data");
    await button(page, "Flatten in place").click();
    await expect(page.getByTestId("change-failed")).toContainText(`process ${holder.pid}`);
    await lamina.picture("chain-in-use");
  } finally {
    holder.stdin.end();
    await once(holder, "exit");
  }
  expect(info(middle)["backing-filename"]).toBe("debian-12-base.qcow2");
  mustRead(middle, raw);
});

test("a changed base is marked, and the overlay pointed to the right one", async ({
  folder,
  launch,
}) => {
  const { base, middle, raw } = makeChain(folder);
  qemuImg(["convert", "-O", "raw", middle, raw]);
  const kept = join(folder, "debian-12-base (kept).qcow2");
  copyFileSync(base, kept);
  touch(kept, -2);
  touch(middle, -1);
  qemuIo(base, "qcow2", ["write -q -P 8 0 1M"]);
  qemuImg(["resize", "-q", base, "96M"]);
  const lamina = await launch(middle);
  const { page } = lamina;
  await openChain(page);
  await expect(slab(page, base).getByTestId("stale")).toContainText("Changed base");
  await expect(slab(page, base).getByTestId("stale")).toContainText("Other size");
  await lamina.picture("chain-stale");
  await answerDialogs(lamina, kept);
  await button(page, "Point to the right file…").click();
  await expect(slab(page, kept)).toBeVisible();
  await expect(page.getByTestId("stale")).toBeHidden();
  expect(info(middle)["backing-filename"]).toBe(basename(kept));
  mustRead(middle, raw);
});

test("a moved base is found again, a loop is drawn as one", async ({ folder, launch }) => {
  const { base, middle, top, raw } = makeChain(folder);
  qemuImg(["convert", "-O", "raw", middle, raw]);
  const archive = join(folder, "archive");
  mkdirSync(archive);
  const moved = join(archive, basename(base));
  renameSync(base, moved);
  const lamina = await launch(middle, moved);
  const { page } = lamina;
  await openChain(page);
  const link = page.getByTestId("broken-link");
  await expect(link).toContainText("Moved: a file of this name lies elsewhere");
  await lamina.picture("chain-moved-found");
  await link.getByRole("button", { name: `Point to ${moved}` }).click();
  await expect(page.getByTestId("layer")).toHaveCount(2);
  expect(info(middle)["backing-filename"]).toBe(`archive/${basename(base)}`);
  mustRead(middle, raw);

  qemuImg(["rebase", "-u", "-b", basename(top), "-F", "qcow2", middle]);
  await page.getByRole("tab", { name: "Overview" }).click();
  await page.locator(`[data-testid="recent-image"][data-path="${middle}"]`).click();
  await openChain(page);
  await expect(link).toContainText("Loop: the chain comes back");
  await lamina.picture("chain-loop");
});

test("a chain of twelve files with long names keeps its layout", async ({ folder, launch }) => {
  let path = "";
  for (let nth = 0; nth < 12; nth++) {
    const name = `production-database-cluster-node-${nth}-${"snapshot-".repeat(4)}of-the-week.qcow2`;
    path = create(join(folder, name), path === "" ? undefined : path);
    qemuIo(path, "qcow2", [`write -q -P ${nth + 1} ${nth * 4}M 6M`]);
  }
  const lamina = await launch(path);
  const { app, page } = lamina;
  await app.evaluate(({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()[0]?.setContentSize(900, 600);
  });
  await openChain(page);
  await expect(page.getByTestId("layer")).toHaveCount(12);
  await expect(page.getByTestId("layer").last()).toContainText("Holds 6.0 MiB");
  await lamina.picture("chain-twelve");
  await page.getByTestId("layer").nth(6).click();
  await button(page, "Take out of the chain…").click();
  await expect(page.getByTestId("preview-layer")).toHaveCount(11);
  await expect(button(page, "Merge")).toBeInViewport();
  await lamina.picture("chain-twelve-merge");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await setTheme(page, "Dark");
  await lamina.picture("chain-twelve-dark");
  const overflows = () =>
    page.evaluate(() =>
      Array.from(document.querySelectorAll("main *")).some(
        (one) => one.getBoundingClientRect().right > window.innerWidth + 1,
      ),
    );
  await expect.poll(() => page.evaluate(() => innerWidth)).toBe(900);
  await expect.poll(overflows).toBe(false);
});
