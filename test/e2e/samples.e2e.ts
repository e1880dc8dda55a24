import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { mustBeIdentical, qemuImg, qemuJson } from "../helpers/qemu-img";
import { expect, test, type Lamina } from "./lamina";

/** Makes the user's documents, and the folder that is chosen in a dialog, one of the test's own. */
async function standInFor({ app, page }: Lamina, documents: string, chosen: string): Promise<void> {
  await app.evaluate(
    ({ app: electron, dialog }, paths) => {
      electron.setPath("documents", paths.documents);
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [paths.chosen] });
    },
    { documents, chosen },
  );
  await page.reload();
}

test("one click makes the samples and opens them", async ({ folder, launch }) => {
  const documents = join(folder, "Documents");
  mkdirSync(documents);
  const lamina = await launch();
  const { page } = lamina;
  await standInFor(lamina, documents, documents);
  const set = join(documents, "Lamina samples");
  await expect(page.getByTestId("samples-offer")).toContainText("At most 56 MiB");
  await expect(page.getByTestId("samples-offer")).toContainText(set);
  await lamina.picture("samples-offer");
  await page.getByRole("button", { name: "Make samples" }).click();

  await expect(page.getByRole("heading", { name: "snapshots.qcow2", level: 1 })).toBeVisible();
  await expect(page.getByTestId("badges")).toContainText("4 snapshots");
  expect(readdirSync(documents)).toEqual(["Lamina samples"]);
  const names = readdirSync(set);
  expect(names).toHaveLength(7);
  for (const name of names) await expect(page.getByRole("navigation")).toContainText(name);
  // The folder is watched: overlays stand under their base, and its gauge tells what is promised.
  const told = () =>
    page
      .getByTestId("library-image")
      .evaluateAll((items) =>
        items.map((item) => `${item.ariaLevel} ${item.ariaLabel?.split(",")[0]}`),
      );
  await expect
    .poll(told)
    .toEqual([
      "2 base-compressed.qcow2",
      "2 base.qcow2",
      "3 web-server.qcow2",
      "4 web-server-test.qcow2",
      "2 broken-chain.qcow2",
      "2 snapshots.qcow2",
      "2 thick.img",
    ]);
  await expect(page.getByTestId("recent-image")).toHaveCount(0);
  // Four disks of 2 GiB that nothing stands on, and the thick one of 16 MiB.
  const gauge = page.getByTestId("watched-folder");
  await expect(gauge).toHaveAttribute("aria-label", /promised 8\.0\u00a0GiB/);
  await expect(gauge.getByTestId("overcommit")).toContainText(/\d\u00a0[GT]iB free/);
  for (const name of names.filter((each) => each.endsWith("qcow2") && !each.startsWith("broken")))
    qemuImg(["check", "-q", "-f", "qcow2", join(set, name)]);
  const chain = qemuJson<{ filename: string }[]>([
    "info",
    "--backing-chain",
    join(set, "web-server-test.qcow2"),
  ]);
  expect(chain).toHaveLength(3);
  mustBeIdentical(join(set, "base.qcow2"), join(set, "base-compressed.qcow2"), "qcow2", "qcow2");
  await page.getByRole("tab", { name: "Snapshots" }).click();
  await expect(page.getByText("with orders").first()).toBeVisible();
  await lamina.picture("samples-snapshots");
});

test("samples that are there are opened, and cancelling leaves nothing", async ({
  folder,
  launch,
}) => {
  const documents = join(folder, "Documents");
  const other = join(folder, "A folder with quite a long name, as people have them at times");
  mkdirSync(documents);
  mkdirSync(other);
  const lamina = await launch();
  const { page } = lamina;
  await standInFor(lamina, documents, other);
  // Pressed as soon as it is there: the set is made in a second or two.
  await page.evaluate(() => {
    const observer = new MutationObserver(() => {
      const buttons = [...document.querySelectorAll("button")];
      const cancel = buttons.find(({ textContent }) => textContent === "Cancel");
      if (cancel === undefined) return;
      observer.disconnect();
      cancel.click();
    });
    observer.observe(document.body, { childList: true, subtree: true });
  });
  const make = page.getByRole("button", { name: "Make samples" });
  await make.click();
  await expect(page.getByRole("status").filter({ hasText: "Making samples" })).toBeHidden();
  await expect(make).toBeVisible();
  expect(readdirSync(documents)).toEqual([]);

  await page.getByRole("button", { name: "Another folder…" }).click();
  await expect(page.getByTestId("samples-offer")).toContainText(other);
  mkdirSync(join(other, "Lamina samples"));
  await make.click();
  await expect(page.getByText("holds no samples")).toBeVisible();
  await lamina.picture("samples-refused");

  qemuImg(["create", "-q", "-f", "qcow2", join(other, "Lamina samples", "base.qcow2"), "3M"]);
  await page.reload();
  await page.getByRole("button", { name: "Another folder…" }).click();
  await page.getByRole("button", { name: "Open the samples" }).click();
  await expect(page.getByRole("heading", { name: "base.qcow2", level: 1 })).toBeVisible();
  expect(existsSync(join(documents, "Lamina samples"))).toBe(false);
});
