// A walk through every page, tab and dialog, in each language, each in both themes, in the sizes of
// window that there are: nothing is cut, nothing lies over another, nothing is left in another language.
// The pictures are for the eye, where somebody can look at them: test-results/walk/.

import { mkdirSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import type { Page } from "@playwright/test";
import type { Language } from "../../shared/model/language";
import type { LaminaBridge } from "../../shared/ipc/channels";
import { qemuImg, qemuIo } from "../helpers/qemu-img";
import { readCatalog, untranslated } from "./catalogs";
import { answerDialogs, create } from "./changes";
import { restOf } from "./dialogs";
import { layoutFaults, textsOn } from "./layout";
import { expect, test, type Lamina } from "./lamina";
import { openPalette, runCommand } from "./palette";
import { useTheme } from "./theme";

const pictures = resolve(import.meta.dirname, "../../test-results/walk");
const keepsPictures = !process.env["CI"];

type Theme = "light" | "dark";

interface Look {
  readonly language: Language;
  readonly width: number;
  readonly height: number;
  /** Pixels of the screen to one of the page; 2 with 1920×1080 is 4K at 200 %. */
  readonly scale: 1 | 2;
}

const looks: readonly Look[] = [
  { language: "en", width: 1280, height: 800, scale: 1 },
  { language: "vi", width: 900, height: 600, scale: 1 },
  { language: "zh-CN", width: 1920, height: 1080, scale: 2 },
];

/** A chain of three with snapshots on two branches, a chain without its base, and a long name. */
function makeImages(folder: string) {
  mkdirSync(folder);
  const at = (name: string) => join(folder, name);
  const base = create(at("debian-12-base.qcow2"), undefined, "1G");
  qemuIo(base, "qcow2", ["write -q -P 1 0 24M", "write -q -P 1 300M 8M"]);
  const middle = create(at("web01.qcow2"), base);
  qemuIo(middle, "qcow2", ["write -q -P 2 16M 12M"]);
  const top = create(at("web01-test.qcow2"), middle);
  qemuIo(top, "qcow2", ["write -q -P 3 40M 4M"]);
  qemuImg(["snapshot", "-c", "fresh-install", top]);
  qemuIo(top, "qcow2", ["write -q -P 4 100M 8M"]);
  qemuImg(["snapshot", "-c", "before-upgrade", top]);
  qemuImg(["snapshot", "-a", "fresh-install", top]);
  qemuIo(top, "qcow2", ["write -q -P 5 200M 6M"]);
  qemuImg(["snapshot", "-c", "experiment-with-another-kernel-and-a-long-name", top]);
  qemuIo(top, "qcow2", ["write -q -P 6 200M 1M"]);
  const broken = at("broken.qcow2");
  qemuImg(["create", "-q", "-f", "qcow2", "-u", "-b", "gone.qcow2", "-F", "qcow2", broken, "64M"]);
  const named = `production-database ${"before the migration ".repeat(4)}(final).qcow2`;
  const long = create(at(named), base);
  const damaged = at("damaged.vmdk");
  writeFileSync(damaged, "# Disk DescriptorFile\nversion=1\n");
  return { top, broken, long, damaged, all: [base, middle, top, broken, long, damaged] };
}

/** Changes the theme, and waits for the canvases, too, which are painted anew in the next frame. */
async function repaint(page: Page, theme: Theme): Promise<void> {
  await useTheme(page, theme);
  await page.evaluate(
    () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
  );
}

async function useLook({ app, page }: Lamina, look: Look): Promise<void> {
  const { language, width, height, scale } = look;
  await app.evaluate(
    ({ BrowserWindow }, size) => BrowserWindow.getAllWindows()[0]?.setContentSize(...size),
    [width, height] as const,
  );
  await page.evaluate((chosen) => {
    const { lamina } = window as unknown as { lamina: LaminaBridge<File> };
    return lamina.call("settings.change", { language: chosen });
  }, language);
  await expect(page.locator("html")).toHaveAttribute("lang", language);
  await expect
    .poll(() => page.evaluate(() => [innerWidth, innerHeight, devicePixelRatio]))
    .toEqual([width, height, scale]);
}

/** Drops files of this computer on the window, as a file manager does. */
async function drop(page: Page, files: readonly string[]): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [...files], dragOperationsMask: 1 };
  const send = (type: "dragEnter" | "dragOver" | "drop") =>
    session.send("Input.dispatchDragEvent", { type, x: 60, y: 300, data });
  await expect(async () => {
    await send("dragEnter");
    await expect(page.getByTestId("drop-open")).toBeVisible({ timeout: 2000 });
  }).toPass();
  await send("dragOver");
  await send("drop");
}

/** What a tab has once it shows all that it looks up. */
const filled: Readonly<Record<string, string>> = {
  overview: '[data-testid="takes"]',
  map: '[data-testid="map-totals"]',
  chain: '[data-testid="layer"] path',
  snapshots: '[data-testid="snapshot-node"]',
  bytes: '[data-testid="hex"] [data-row]',
  speed: '[data-testid="meaning"]',
};

for (const look of looks) {
  const { language, width, height, scale } = look;
  const name = `${language}-${width}x${height}`;

  test(`every page holds its layout and its language: ${name}`, async ({ folder, launch }) => {
    const vms = join(folder, "Virtual machines");
    const { top, broken, long, damaged, all } = makeImages(vms);
    const lamina = await launch(`--force-device-scale-factor=${scale}`);
    const { page } = lamina;
    const catalog = readCatalog(language);
    const text = (key: string): string => catalog.get(key) ?? key;
    const faults: string[] = [];

    let nth = 0;
    let themes: readonly [Theme, Theme] = ["light", "dark"];
    /** Looks at what is shown in both themes, first in the one that it is in. */
    const shoot = async (screen: string) => {
      nth += 1;
      const told = `${String(nth).padStart(2, "0")} ${screen}`;
      await lookIn(told, themes[0]);
      await repaint(page, themes[1]);
      await lookIn(told, themes[1]);
      themes = [themes[1], themes[0]];
    };
    const lookIn = async (screen: string, theme: Theme) => {
      await expect(page.locator(".mantine-Loader-root:visible")).toHaveCount(0);
      // What lies there only until the next answer comes is no fault.
      let wrong: string[] = [];
      await expect(async () => {
        wrong = [...(await layoutFaults(page)), ...untranslated(await textsOn(page), language)];
        expect(wrong).toEqual([]);
      })
        .toPass({ timeout: 15_000 })
        .catch(() => undefined);
      faults.push(...wrong.map((fault) => `${screen}, ${theme}: ${fault}`));
      if (!keepsPictures) return;
      const path = join(pictures, `${name}-${theme}`, `${screen}.png`);
      await page.screenshot({ path, animations: "disabled", scale: "css" });
    };
    /** What of the page lies below the window is looked at, too. */
    const lookDown = async (screen: string) => {
      await shoot(screen);
      const below = await page.getByRole("main").evaluate((main) => {
        main.scrollTop = main.scrollHeight;
        return main.scrollTop;
      });
      if (below > 40) await shoot(`${screen}, its end`);
    };
    const openImage = async (path: string) => {
      const row = page.locator(`[data-testid="library-image"][data-path="${path}"]`);
      await row.click();
      await expect(row).toHaveAttribute("data-on", "true");
      await expect(page.getByRole("heading", { level: 1, name: basename(path) })).toBeVisible();
      await expect(page.getByRole("tab")).not.toHaveCount(0);
    };

    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await useLook(lamina, look);
    await repaint(page, themes[0]);
    await lookDown("welcome");

    await answerDialogs(lamina, vms);
    await page.getByRole("button", { name: text("library.watch") }).click();
    await expect(page.getByTestId("library-image")).toHaveCount(all.length);
    await openImage(top);
    const ids = new Map(
      [...catalog].flatMap(([key, label]) =>
        /^image\.tabs\.(?!label$)/.test(key) ? [[label, key.slice("image.tabs.".length)]] : [],
      ),
    );
    const sorted = async () => (await page.getByRole("tab").allInnerTexts()).toSorted();
    await expect.poll(sorted).toEqual([...ids.keys()].toSorted());
    const labels = await page.getByRole("tab").allInnerTexts();
    for (const label of labels) {
      const id = ids.get(label) ?? "";
      await page.getByRole("tab", { name: label, exact: true }).click();
      await expect(page.locator(filled[id] ?? "main")).not.toHaveCount(0);
      await lookDown(id);
    }
    for (const [path, what] of [
      [broken, "broken"],
      [long, "long name"],
    ] as const) {
      await openImage(path);
      for (const tab of ["overview", "map", "chain", "snapshots"]) {
        await page.getByRole("tab", { name: text(`image.tabs.${tab}`), exact: true }).click();
        await lookDown(`${what}, ${tab}`);
      }
    }

    await page.locator(`[data-testid="library-image"][data-path="${damaged}"]`).click();
    await expect(page.getByTestId("image-failure")).toBeVisible();
    await lookDown("failure");

    for (const command of ["page-newDisk", "page-settings"]) {
      await runCommand(page, command);
      await lookDown(command);
    }
    await openPalette(page);
    await expect(page.getByRole("option").first()).toBeVisible();
    await shoot("palette");
    await page.keyboard.press("Escape");
    for (const command of ["about", "take", "convert"]) {
      await openImage(top);
      await runCommand(page, command);
      const dialog = page.locator('[aria-modal="true"]:has(h2)');
      await expect(dialog).toBeVisible();
      if (command === "convert") await restOf(dialog);
      await shoot(`dialog ${command}`);
      await page.keyboard.press("Escape");
      await expect(page.getByRole("dialog")).toBeHidden();
    }
    await openImage(top);
    await page.getByRole("button", { name: text("change.menu.label") }).click();
    await expect(page.getByRole("menu")).toBeVisible();
    await shoot("menu");
    await page.getByRole("menuitem", { name: text("change.menu.resize") }).click();
    await expect(page.locator('[aria-modal="true"]:has(h2)')).toBeVisible();
    await shoot("dialog resize");
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toBeHidden();
    await openImage(long);
    await runCommand(page, "convert");
    const dialog = page.locator('[aria-modal="true"]:has(h2)');
    await restOf(dialog);
    await dialog.getByRole("button", { name: text("convert.start"), exact: true }).click();
    await expect(dialog).toBeHidden();
    const list = page.getByRole("button", { name: text("jobs.showList") });
    await list.click();
    const job = page.getByTestId("job");
    // At twice the pixels a busy machine has little time left for it.
    await expect(job).toHaveAttribute("data-state", "done", { timeout: 120_000 });
    await job.locator("summary").click();
    await shoot("jobs");
    await job.getByRole("button").nth(1).click();
    await expect(dialog).toBeVisible();
    await shoot("dialog receipt");
    await page.keyboard.press("Escape");
    await expect(dialog).toBeHidden();
    await page.keyboard.press("Escape");
    await expect(job).toBeHidden();
    await drop(page, [broken, long]);
    await expect(page.getByRole("dialog")).toBeVisible();
    await shoot("dialog several");
    expect(faults).toEqual([]);
  });
}
