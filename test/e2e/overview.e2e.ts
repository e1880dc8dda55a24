import { copyFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Locator } from "@playwright/test";
import { qemuImg, qemuIo, qemuJson } from "../helpers/qemu-img";
import { setTheme } from "./dialogs";
import { expect, test } from "./lamina";

interface QemuInfo {
  "virtual-size": number;
  "actual-size": number;
}

interface QemuMapEntry {
  length: number;
  depth: number;
  data: boolean;
}

/** A base with 12 MiB of data, and an overlay on it with 3 MiB of its own and a snapshot. */
function makeChain(folder: string): { base: string; overlay: string } {
  const base = join(folder, "debian-12-base.qcow2");
  const overlay = join(folder, "web01.qcow2");
  qemuImg(["create", "-q", "-f", "qcow2", base, "64M"]);
  qemuIo(base, "qcow2", ["write -q -P 0x11 0 8M", "write -q -P 0x12 20M 4M"]);
  qemuImg(["create", "-q", "-f", "qcow2", "-b", "debian-12-base.qcow2", "-F", "qcow2", overlay]);
  qemuIo(overlay, "qcow2", ["write -q -P 0x21 6M 2M"]);
  qemuImg(["snapshot", "-c", "before-upgrade", overlay]);
  qemuIo(overlay, "qcow2", ["write -q -P 0x22 40M 1M", "write -q -P 0x23 7M 512k"]);
  return { base, overlay };
}

/** Clusters of a file of one refcount block that nothing uses, by their refcounts of 16 bits. */
function freeClusters(path: string): number {
  const file = readFileSync(path);
  const table = Number(file.readBigUInt64BE(48));
  const block = Number(file.readBigUInt64BE(table));
  let free = 0;
  for (let at = 0; at < 65_536; at += 2) if (file.readUInt16BE(block + at) === 0) free += 1;
  return free;
}

/** Holds the exact bytes behind a size on the screen against what they should be. */
async function mustShow(shown: Locator, bytes: number): Promise<void> {
  await expect(shown).toHaveAttribute("data-bytes", String(bytes));
}

test("a chain made by qemu-img shows its true sizes", async ({ folder, launch }) => {
  const { base, overlay } = makeChain(folder);
  const lamina = await launch(overlay);
  const { page } = lamina;
  await expect(page.getByRole("heading", { name: "web01.qcow2", level: 1 })).toBeVisible();

  const info = qemuJson<QemuInfo>(["info", overlay]);
  await mustShow(page.getByTestId("size-virtual"), info["virtual-size"]);
  await mustShow(page.getByTestId("size-allocated"), info["actual-size"]);
  await mustShow(page.getByTestId("size-length"), statSync(overlay).size);
  const read = qemuJson<QemuMapEntry[]>(["map", overlay]).filter(({ data }) => data);
  const total = (entries: QemuMapEntry[]) => entries.reduce((sum, { length }) => sum + length, 0);
  await mustShow(page.getByTestId("size-chain"), total(read));
  await expect(page.getByTestId("badges")).toContainText("qcow2 v3");
  await expect(page.getByTestId("badges")).toContainText("1 snapshot");
  await expect(page.getByTestId("badges")).toContainText("1 backing file");
  await expect(page.getByRole("cell", { name: "before-upgrade" })).toBeVisible();
  // The picture shows what was measured, not that it is being measured.
  await expect(page.getByTestId("takes").first()).toBeVisible();
  await expect(page.getByText("only in snapshots")).toBeVisible();
  await lamina.picture("overview");

  // A copy without its snapshot tells what only that needed.
  const without = join(folder, "without.qcow2");
  copyFileSync(overlay, without);
  const free = (): number => freeClusters(without);
  const before = free();
  qemuImg(["snapshot", "-d", "before-upgrade", without]);
  const alone = page.getByRole("listitem").filter({ hasText: "only in snapshots" });
  await mustShow(alone.locator("[data-bytes]"), (free() - before) * 65_536);

  // All sizes are there when one can be called the smallest.
  const toSmallest = page.getByRole("button", { name: "Convert to the smallest…" });
  await expect(toSmallest).toBeVisible();
  const takes = await page.getByTestId("takes").evaluateAll((rows) =>
    rows.map((row) => ({
      variant: row.getAttribute("data-variant"),
      bytes: Number(row.querySelector("[data-bytes]")?.getAttribute("data-bytes")),
    })),
  );
  const [least] = takes.toSorted((one, other) => one.bytes - other.bytes);
  expect(least?.variant).toBe("vmdk-stream");
  await toSmallest.click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.locator("input[type=radio][value=vmdk]")).toBeChecked();
  await expect(dialog).toContainText("subformat=streamOptimized");
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(dialog).toBeHidden();

  await page.getByRole("tab", { name: "Chain" }).click();
  const layers = page.getByTestId("layer");
  await expect(layers).toHaveCount(2);
  const files = [overlay, base];
  for (const [depth, file] of files.entries()) {
    const layer = layers.nth(depth);
    const told = qemuJson<QemuInfo>(["info", file]);
    await expect(layer).toHaveAttribute("data-path", file);
    await mustShow(layer.getByTestId("layer-virtual"), told["virtual-size"]);
    await mustShow(layer.getByTestId("layer-allocated"), told["actual-size"]);
    const answers = total(read.filter((entry) => entry.depth === depth)) / 1024 / 1024;
    await expect(layer).toContainText(`Answers ${answers.toFixed(1)} MiB`);
  }
  await lamina.picture("chain");

  await setTheme(page, "Dark");
  await page.getByRole("tab", { name: "Overview" }).click();
  await lamina.picture("overview-dark");
});

test("the parts of what an image takes add up to it, also over several files", async ({
  folder,
  launch,
}) => {
  const raw = join(folder, "disk.raw");
  // Each cluster compresses to less than a sector, so that several share one.
  const words = Array.from({ length: 64 }, (_, nth) => Buffer.alloc(65_536, `cluster ${nth} `));
  writeFileSync(raw, Buffer.concat(words));
  const to = (name: string, ...args: string[]) => {
    qemuImg(["convert", "-f", "raw", "-O", ...args, "disk.raw", name], folder);
    return join(folder, name);
  };
  const images = [
    to("packed.qcow2", "qcow2", "-c"),
    to("flat.vmdk", "vmdk", "-o", "subformat=monolithicFlat"),
  ];
  const { page } = await launch(...images);
  for (const path of images) {
    await page.locator(`[data-testid="recent-image"][data-path="${path}"]`).click();
    await expect(page.getByRole("heading", { name: basename(path), level: 1 })).toBeVisible();
    const taken = qemuJson<QemuInfo>(["info", path])["actual-size"];
    await mustShow(page.getByTestId("size-allocated"), taken);
    const bar = page.getByRole("meter", { name: "Taken on this host" });
    await expect(bar).toHaveAttribute("aria-valuenow", String(taken));
  }
});

test("a base outside the folder is opened on an explicit yes only", async ({ folder, launch }) => {
  const { base } = makeChain(folder);
  const inside = join(folder, "own", "deep");
  mkdirSync(inside, { recursive: true });
  const overlay = join(inside, "stranger.qcow2");
  qemuImg(["create", "-q", "-f", "qcow2", "-b", base, "-F", "qcow2", overlay]);

  const lamina = await launch(overlay);
  const { page } = lamina;
  await expect(page.getByTestId("broken-alert")).toContainText("debian-12-base.qcow2");
  await page.getByRole("tab", { name: "Chain" }).click();
  const link = page.getByTestId("broken-link");
  await expect(link).toContainText(base);
  await lamina.picture("chain-refused");
  await link.getByRole("button", { name: "Allow once" }).click();
  await expect(page.getByTestId("layer")).toHaveCount(2);
  await expect(link).toHaveCount(0);
});

test("a missing base is named, and the rest is shown", async ({ folder, launch }) => {
  const overlay = join(folder, "orphan.qcow2");
  const backing = ["-u", "-b", "gone.qcow2", "-F", "qcow2"];
  qemuImg(["create", "-q", "-f", "qcow2", ...backing, overlay, "8M"]);
  const lamina = await launch(overlay);
  const { page } = lamina;
  await expect(page.getByTestId("broken-alert")).toContainText("gone.qcow2");
  await mustShow(page.getByTestId("size-virtual"), 8 * 1024 * 1024);
  await page.getByRole("tab", { name: "Chain" }).click();
  await expect(page.getByTestId("broken-link")).toContainText("gone.qcow2");
  await lamina.picture("chain-missing");
});
