import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { qemuImg, qemuIo } from "../helpers/qemu-img";
import { expect, test, type Lamina } from "./lamina";

/** An overlay in one folder whose base lies in another, so that it is refused at first. */
function makeApart(folder: string): { overlay: string; baseFolder: string } {
  const baseFolder = join(folder, "bases", "debian");
  const own = join(folder, "machines");
  mkdirSync(baseFolder, { recursive: true });
  mkdirSync(own);
  const base = join(baseFolder, "debian-12.qcow2");
  const overlay = join(own, "web01.qcow2");
  qemuImg(["create", "-q", "-f", "qcow2", base, "64M"]);
  qemuIo(base, "qcow2", ["write -q -P 1 0 8M"]);
  qemuImg(["create", "-q", "-f", "qcow2", "-b", base, "-F", "qcow2", overlay]);
  return { overlay, baseFolder };
}

const settingsIn = (folder: string): unknown =>
  JSON.parse(readFileSync(join(folder, ".settings", "settings.json"), "utf8"));

/** Chooses an entry of the application menu by its label or its key. */
async function chooseInMenu({ app }: Lamina, labelOrKey: string): Promise<void> {
  await app.evaluate(({ Menu }, wanted) => {
    Menu.getApplicationMenu()
      ?.items.flatMap((item) => item.submenu?.items ?? [])
      .find(({ label, accelerator }) => label === wanted || accelerator === wanted)
      ?.click();
  }, labelOrKey);
}

test("a trusted folder is remembered over a restart, until it is taken off in Settings", async ({
  folder,
  launch,
}) => {
  const { overlay, baseFolder } = makeApart(folder);
  const first = await launch(overlay);
  const alert = first.page.getByTestId("broken-alert");
  await expect(alert).toContainText("debian-12.qcow2");
  await first.picture("refused");
  await alert.getByRole("button", { name: "Trust this folder…" }).click();
  const dialog = first.page.getByRole("dialog", { name: "Trust this folder?" });
  await expect(dialog.getByText(baseFolder, { exact: true })).toBeVisible();
  await first.picture("trust-folder");
  // Looking is not trusting.
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(alert).toBeVisible();
  expect(settingsIn(folder)).toMatchObject({ trustedFolders: [] });

  await first.page.getByRole("tab", { name: "Chain" }).click();
  await first.page.getByRole("button", { name: "Trust this folder…" }).click();
  await dialog.getByRole("button", { name: "Trust folder" }).click();
  await expect(first.page.getByTestId("layer")).toHaveCount(2);
  await expect(first.page.getByTestId("broken-link")).toBeHidden();
  await first.close();

  const second = await launch(overlay);
  const { page } = second;
  await expect(page.getByRole("heading", { name: "web01.qcow2", level: 1 })).toBeVisible();
  await page.getByRole("tab", { name: "Chain" }).click();
  await expect(page.getByTestId("layer")).toHaveCount(2);
  await chooseInMenu(second, "&Settings…");
  const trusted = page.getByTestId("trusted-folders");
  await expect(trusted.getByText(baseFolder, { exact: true })).toBeVisible();
  await second.picture("settings");
  await trusted.getByRole("button", { name: `Remove ${baseFolder} from the list` }).click();
  await expect(trusted).toContainText("No folder is trusted");
  // The page knows before it is written down.
  await expect.poll(() => settingsIn(folder)).toMatchObject({ trustedFolders: [] });
  await page.getByRole("button", { name: "Done" }).click();
  await expect(page.getByTestId("broken-link")).toBeVisible();
  await expect(page.getByTestId("layer")).toHaveCount(1);
});

test("an extent that lies elsewhere is refused until it is allowed", async ({ folder, launch }) => {
  const own = join(folder, "machines");
  mkdirSync(own);
  const disk = join(own, "disk.vmdk");
  qemuImg(["create", "-q", "-f", "vmdk", "-o", "subformat=monolithicFlat", disk, "16M"]);
  const text = readFileSync(disk, "utf8");
  const flat = join(folder, "disk-flat.vmdk");
  writeFileSync(flat, readFileSync(join(own, "disk-flat.vmdk")));
  writeFileSync(disk, text.replace('"disk-flat.vmdk"', '"../disk-flat.vmdk"'));
  const lamina = await launch(disk);
  const refused = lamina.page.getByTestId("refused");
  await expect(refused.getByText(flat, { exact: true })).toBeVisible();
  await expect(refused.getByRole("button")).toHaveText([
    "Allow once",
    "Trust this folder…",
    "Keep refusing",
  ]);
  await lamina.picture("refused-extent");
  await refused.getByRole("button", { name: "Allow once" }).click();
  await expect(lamina.page.getByRole("heading", { name: "disk.vmdk", level: 1 })).toBeVisible();
});

test("language and units hold on every page at once, and all is reset", async ({
  folder,
  launch,
}) => {
  const { overlay } = makeApart(folder);
  const lamina = await launch(overlay);
  const { page } = lamina;
  await expect(page.getByText("64.0 MiB").first()).toBeVisible();
  await page.getByRole("button", { name: "Settings", exact: true }).click();
  const settings = page.getByTestId("settings");
  await expect(settings).toContainText("is shown as 64.0 GiB");
  await settings.getByText("Decimal: kB, MB, GB").click();
  // 64 · 2^30 bytes in units of 10^9.
  await expect(settings).toContainText("is shown as 68.7 GB");
  // The overlay's disk in the library, 64 · 2^20 bytes in units of 10^6.
  await expect(page.getByRole("navigation")).toContainText("67.1 MB");
  await settings.getByText("Dark", { exact: true }).click();
  await expect(page.locator(":root")).toHaveAttribute("data-mantine-color-scheme", "dark");

  await settings.getByRole("combobox", { name: "Language" }).click();
  await page.getByRole("option", { name: "Tiếng Việt" }).click();
  await expect(settings.getByRole("heading", { name: "Cài đặt", level: 1 })).toBeVisible();
  await expect(page.locator(":root")).toHaveAttribute("lang", "vi");
  await expect(settings).toContainText("68,7 GB");
  await lamina.picture("settings-vi-dark");
  await page.setViewportSize({ width: 900, height: 600 });
  await expect.poll(() => page.evaluate(() => innerWidth)).toBe(900);
  await settings.getByRole("combobox", { name: "Ngôn ngữ" }).click();
  await page.getByRole("option", { name: "简体中文" }).click();
  await expect(settings.getByRole("heading", { name: "设置", level: 1 })).toBeVisible();
  await lamina.picture("settings-zh-dark-900x600");
  await settings.getByRole("button", { name: "完成" }).click();
  await expect(page.getByRole("main")).toContainText("67.1 MB");
  await lamina.close();

  const second = await launch();
  await expect(second.page.locator(":root")).toHaveAttribute("lang", "zh-CN");
  // Keys of the test reach the page only, not the menu.
  await chooseInMenu(second, "CmdOrCtrl+,");
  await second.page.getByRole("button", { name: "全部重置…" }).click();
  const dialog = second.page.getByRole("dialog");
  await second.picture("settings-reset");
  await dialog.getByRole("button", { name: "全部重置" }).click();
  await expect(second.page.getByRole("heading", { name: "Settings", level: 1 })).toBeVisible();
  await expect(second.page.getByTestId("settings")).toContainText("is shown as 64.0 GiB");
  await expect
    .poll(() => settingsIn(folder))
    .toMatchObject({
      theme: "auto",
      language: "auto",
      units: "binary",
      recent: [],
      trustedFolders: [],
    });
  await expect(second.page.getByTestId("settings-file")).toHaveText(
    join(folder, ".settings", "settings.json"),
  );
});
