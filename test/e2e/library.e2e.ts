import {
  copyFileSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  statfsSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { qemuImg, qemuIo, qemuJson } from "../helpers/qemu-img";
import { setTheme } from "./dialogs";
import { expect, test, type Lamina } from "./lamina";

function qcow2(folder: string, name: string, ...more: readonly string[]): string {
  qemuImg(["create", "-q", "-f", "qcow2", name, ...more], folder);
  return join(folder, name);
}

/** Lets the system's dialog answer with a folder, and watches it. */
async function watch({ app, page }: Lamina, folder: string): Promise<void> {
  await app.evaluate(({ dialog }, path) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] });
  }, folder);
  await page.getByRole("button", { name: "Watch a folder…" }).click();
}

const rows = (page: Page) => page.getByTestId("library-image");
const size = (lamina: Lamina, width: number, height: number) =>
  lamina.app.evaluate(
    ({ BrowserWindow }, [w, h]) => BrowserWindow.getAllWindows()[0]?.setContentSize(w, h),
    [width, height] as const,
  );

test("a watched folder: overlays under their base, sizes, overcommitment, live", async ({
  folder,
  launch,
}) => {
  const vms = join(folder, "Virtual machines");
  mkdirSync(join(vms, "archive"), { recursive: true });
  qcow2(vms, "debian-12-base.qcow2", "20G");
  qemuIo(join(vms, "debian-12-base.qcow2"), "qcow2", ["write -P 1 0 24M"]);
  qcow2(vms, "web01.qcow2", "-b", "debian-12-base.qcow2", "-F", "qcow2", "40G");
  qemuIo(join(vms, "web01.qcow2"), "qcow2", ["write -P 2 0 8M"]);
  qcow2(vms, "web01-test.qcow2", "-b", "web01.qcow2", "-F", "qcow2");
  qcow2(vms, "db01.qcow2", "-b", "debian-12-base.qcow2", "-F", "qcow2", "2T");
  qcow2(vms, "archive/old.qcow2", "2G");
  writeFileSync(join(vms, "broken.vmdk"), "# Disk DescriptorFile\nversion=1\n");
  writeFileSync(join(vms, "notes.txt"), "no image");

  const lamina = await launch();
  const { app, page } = lamina;
  const freeIn = () => {
    const { bavail, bsize } = statfsSync(vms);
    return bavail * bsize;
  };
  const freeBefore = freeIn();
  await watch(lamina, vms);
  await expect(rows(page)).toHaveCount(6);
  const told = () =>
    rows(page).evaluateAll((items) =>
      items.map((item) => `${item.ariaLevel} ${item.ariaLabel?.split(",")[0]}`),
    );
  await expect
    .poll(told)
    .toEqual([
      "2 old.qcow2",
      "2 broken.vmdk",
      "2 debian-12-base.qcow2",
      "3 db01.qcow2",
      "3 web01.qcow2",
      "4 web01-test.qcow2",
    ]);
  const web01 = page.getByRole("treeitem", { name: /^web01\.qcow2/ });
  await expect(web01).toContainText("40 GiB");
  await expect(page.getByRole("treeitem", { name: /^broken/ })).toContainText("cannot be read");

  // Guests write to the images that nothing stands on.
  const disks = ["web01-test.qcow2", "db01.qcow2", "archive/old.qcow2"].map((name) =>
    qemuJson<{ "virtual-size": number; "actual-size": number }>(["info", join(vms, name)]),
  );
  const promised = disks.reduce((sum, each) => sum + each["virtual-size"], 0);
  const taken = disks.reduce((sum, each) => sum + each["actual-size"], 0);
  const head = page.getByTestId("watched-folder");
  await expect(head).toContainText("× overcommitted");
  const shownFactor = Number(/([\d.]+) × overcommitted/.exec(await head.innerText())?.[1]);
  // What is free changes by itself meanwhile: other tests write a gigabyte, and remove it.
  const factors = [freeBefore, freeIn()].map((free) => promised / (taken + free));
  expect(shownFactor).toBeGreaterThan(Math.min(...factors) * 0.9);
  expect(shownFactor).toBeLessThan(Math.max(...factors) * 1.1);
  await expect(head).toHaveAttribute(
    "aria-label",
    new RegExp(`promised ${(promised / 1024 ** 4).toFixed(1)}\u00a0TiB`),
  );
  await lamina.picture("library");

  // Each figure by its name. Where rows come meanwhile, the gauge slips away from the pointer.
  await expect(async () => {
    await page.getByTestId("overcommit").hover();
    await expect(page.getByTestId("overcommit-figures")).toBeVisible({ timeout: 2000 });
  }).toPass();
  const figure = (name: string) =>
    page.getByTestId("overcommit-figures").getByText(name).locator("xpath=following-sibling::b");
  await expect(figure("Promised to guests")).toHaveText(
    `${(promised / 1024 ** 4).toFixed(1)}\u00a0TiB`,
  );
  await lamina.picture("library-gauge");
  const figures = page.getByTestId("overcommit-figures");
  await page.mouse.move(640, 400);
  await expect(figures).toHaveCount(0);

  // What comes, grows and goes is seen without asking.
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("combobox", { name: "Find an image" })).toBeFocused();
  qcow2(vms, "new.qcow2", "3G");
  await expect(page.locator(`[data-path="${join(vms, "new.qcow2")}"]`)).toHaveCount(1);
  // The palette that was open before finds it with the next letter.
  await page.keyboard.type("new.q");
  await expect(page.getByRole("option", { name: /^new\.qcow2/ })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("treeitem", { name: /^new\.qcow2, 3 GiB/ })).toBeVisible();
  rmSync(join(vms, "new.qcow2"));
  await expect(page.getByRole("treeitem", { name: /^new\.qcow2/ })).toHaveCount(0);

  // By keyboard: the tree has the focus, Enter opens.
  await page.getByRole("tree").focus();
  await expect(rows(page)).toHaveCount(6);
  await page.keyboard.press("Home");
  await expect(figures).toBeVisible();
  for (let step = 0; step < 5; step += 1) await page.keyboard.press("ArrowDown");
  await expect(figures).toHaveCount(0);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "web01.qcow2", level: 1 })).toBeVisible();
  await expect(web01).toHaveAttribute("aria-selected", "true");
  await expect(page.getByTestId("takes").first()).toBeVisible();
  await size(lamina, 1120, 700);
  await lamina.picture("library-open");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  await expect(head).toHaveAttribute("aria-expanded", "false");
  await expect(rows(page)).toHaveCount(0);
  await page.keyboard.press("ArrowRight");
  await expect(rows(page)).toHaveCount(6);

  const moved = join(folder, "moved");
  renameSync(vms, moved);
  await expect(head).toContainText("This folder is not there.");
  // The opened image stays listed.
  await expect(page.getByTestId("recent-image")).toHaveCount(1);
  await lamina.picture("library-vanished");
  // Where it went is chosen: the images are there again, and so is the one that was opened.
  await app.evaluate(({ dialog }, path) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] });
  }, moved);
  await page.getByRole("button", { name: "Look again" }).click();
  await expect(head).toContainText("This folder is not there.");
  await page.getByRole("button", { name: "Choose where it is…" }).click();
  await expect(rows(page)).toHaveCount(6);
  await expect(head).toHaveAttribute("data-path", moved);
  await expect(page.getByTestId("recent-image")).toHaveCount(0);
  renameSync(moved, vms);
  await page.getByRole("button", { name: "Remove", exact: true }).click();
  await expect(head).toHaveCount(0);
  // Its page offers the same of a file that is gone.
  await page.getByTestId("recent-image").click();
  await expect(page.getByTestId("image-failure")).toContainText("The file is not there");
  await app.evaluate(
    ({ dialog }, path) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] });
    },
    join(vms, "web01.qcow2"),
  );
  await page.getByRole("button", { name: "Choose where it is now…" }).click();
  await expect(page.getByRole("heading", { name: "web01.qcow2", level: 1 })).toBeVisible();
  await expect(page.getByTestId("recent-image")).toHaveCount(1);
  expect(statSync(join(vms, "web01.qcow2")).size).toBeGreaterThan(0);
});

test("two hundred images scroll, and hold the layout in a small window", async ({
  folder,
  launch,
}) => {
  const vms = join(folder, "Many machines with quite a long name of their folder");
  mkdirSync(vms);
  const first = qcow2(vms, "vm-1 with a name that is far longer than the bar is wide.qcow2", "8G");
  qemuIo(first, "qcow2", ["write -P 1 0 1M"]);
  for (let number = 2; number <= 200; number += 1)
    copyFileSync(first, join(vms, `vm-${number}.qcow2`));
  const lamina = await launch();
  const { page } = lamina;
  await size(lamina, 900, 600);
  await watch(lamina, vms);
  await expect(page.getByRole("treeitem", { name: /^vm-3\.qcow2/ })).toHaveAttribute(
    "aria-setsize",
    "200",
  );
  const tree = page.getByRole("tree");
  expect(await rows(page).count()).toBeLessThan(60);
  await lamina.picture("library-many");
  await tree.focus();
  await page.keyboard.press("End");
  await expect(page.getByRole("treeitem", { name: /^vm-200\.qcow2/ })).toBeInViewport();
  await expect(page.getByRole("treeitem", { name: /^vm-200\.qcow2/ })).toHaveAttribute(
    "aria-setsize",
    "200",
  );
  const overflow = await tree.evaluate((element) => element.scrollWidth - element.clientWidth);
  expect(overflow).toBe(0);
  await setTheme(page, "Dark");
  await lamina.picture("library-many-dark");
});
