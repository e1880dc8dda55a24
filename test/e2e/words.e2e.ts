// What the engine tells of an image is told in the window's language, whatever its format.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { LaminaBridge } from "../../shared/ipc/channels";
import { qemuImg, qemuIo } from "../helpers/qemu-img";
import { readCatalog, untranslated } from "./catalogs";
import { answerDialogs } from "./changes";
import { textsOn } from "./layout";
import { expect, test } from "./lamina";

/** Points a grain of a VMDK behind the file's end, in one of its two tables. */
function damageGrain(path: string): void {
  const bytes = readFileSync(path);
  const directory = Number(bytes.readBigUInt64LE(56)) * 512;
  bytes.writeUInt32LE(9_999_999, bytes.readUInt32LE(directory) * 512 + 4 * 20);
  writeFileSync(path, bytes);
}

for (const language of ["vi", "zh-CN"] as const) {
  test(`facts, findings and formats are words of the window's language: ${language}`, async ({
    folder,
    launch,
  }) => {
    const vms = join(folder, "Virtual machines");
    mkdirSync(vms);
    const make = (format: string, name: string): string => {
      const path = join(vms, name);
      qemuImg(["create", "-q", "-f", format, path, "16M"]);
      qemuIo(path, format, ["write -q -P 3 1M 1M"]);
      return path;
    };
    const images = [make("vpc", "a.vhd"), make("vhdx", "b.vhdx"), make("vdi", "c.vdi")];
    const damaged = make("vmdk", "d.vmdk");
    damageGrain(damaged);

    const catalog = readCatalog(language);
    const text = (key: string): string => catalog.get(key) ?? key;
    const lamina = await launch();
    const { page } = lamina;
    await page.evaluate(
      (chosen) =>
        (window as unknown as { lamina: LaminaBridge<File> }).lamina.call(
          "settings.change",
          chosen,
        ),
      { language },
    );
    await expect(page.locator("html")).toHaveAttribute("lang", language);
    await answerDialogs(lamina, vms);
    await page.getByRole("button", { name: text("library.watch") }).click();

    const open = async (path: string): Promise<void> => {
      await page.locator(`[data-testid="library-image"][data-path="${path}"]`).click();
      await expect(page.getByRole("heading", { level: 1, name: basename(path) })).toBeVisible();
    };
    const fact = (name: string) =>
      page.locator("dl > div").filter({ has: page.getByText(text(name), { exact: true }) });
    for (const [nth, name] of ["disk-type", "subformat", "image-type"].entries()) {
      await open(images[nth] ?? "");
      await expect(page.getByTestId("takes").first()).toBeVisible();
      const word = name === "image-type" ? "normal" : "dynamic";
      await expect(fact(`facts.name.${name}`)).toContainText(text(`facts.words.${word}`));
      // Names of words are translated; a field of a specification is one word.
      const names = await page.locator("dl dt").allInnerTexts();
      expect(names.filter((one) => /^[A-Za-z]+( [a-z]+)+$/.test(one))).toEqual([]);
      expect(untranslated(await textsOn(page), language)).toEqual([]);
    }

    await open(damaged);
    await page.getByRole("tab", { name: text("image.tabs.health"), exact: true }).click();
    const findings = page.getByTestId("finding");
    await expect(findings).toHaveCount(2);
    const wanted = text("check.finding.grain-past-end")
      .replace("{{number}}", "20")
      .replace("{{offset}}", `0x${(9_999_999 * 512).toString(16)}`);
    await expect(findings.filter({ hasText: wanted })).toHaveCount(1);
    await expect(
      findings.filter({
        hasText: text("check.finding.grain-tables-differ").replace("{{number}}", "0"),
      }),
    ).toHaveCount(1);
    expect(untranslated(await textsOn(page), language)).toEqual([]);
    await lamina.picture(`words-${language}`);
  });
}
