import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { qemuImg } from "../helpers/qemu-img";
import { convertEndless } from "./dialogs";
import { makeEndless } from "./endless-image";
import { expect, test } from "./lamina";

test("image, tab and library are as they were; files of the start come first", async ({
  folder,
  launch,
}) => {
  const kept = join(folder, "kept.qcow2");
  const other = join(folder, "other.qcow2");
  for (const path of [kept, other]) qemuImg(["create", "-q", "-f", "qcow2", path, "16M"]);
  const first = await launch(folder, kept);
  await expect(first.page.getByTestId("library-image")).toHaveCount(2);
  await first.page.getByRole("tab", { name: "Health" }).click();
  await expect(first.page.getByRole("tab", { name: "Health", selected: true })).toBeVisible();
  await first.close();

  const second = await launch();
  await expect(second.page.getByRole("heading", { name: "kept.qcow2", level: 1 })).toBeVisible();
  await expect(second.page.getByRole("tab", { name: "Health", selected: true })).toBeVisible();
  await expect(second.page.getByTestId("library-image")).toHaveCount(2);
  await second.close();

  const third = await launch(other);
  await expect(third.page.getByRole("heading", { name: "other.qcow2", level: 1 })).toBeVisible();
});

test("a conversion that a crash has ended is told, and what it left is removed", async ({
  folder,
  launch,
}) => {
  const source = join(folder, "disk.qcow2");
  // Compressed again it takes hours and little room: it is still under way when Lamina is killed.
  makeEndless(source, { compressed: true });
  const partials = () => readdirSync(folder).filter((name) => name.endsWith(".partial"));

  const crashing = await launch(source);
  await convertEndless(crashing.page);
  await expect.poll(() => existsSync(join(folder, ".settings/jobs.json"))).toBe(true);
  await expect.poll(partials).toHaveLength(1);
  const gone = new Promise((done) => crashing.app.process().once("exit", done));
  crashing.app.process().kill("SIGKILL");
  await gone;
  expect(partials()).toHaveLength(1);

  const lamina = await launch();
  const { page } = lamina;
  const note = page.getByTestId("unfinished");
  await expect(note).toContainText("before disk.qcow2 was converted to disk-2.qcow2");
  await expect(note).toContainText(partials()[0] ?? "none is left");
  await lamina.picture("unfinished");
  await note.getByRole("button", { name: "Remove what is left of disk-2.qcow2" }).click();
  await expect(note).toHaveCount(0);
  await expect.poll(partials).toEqual([]);
  expect(existsSync(join(folder, "disk-2.qcow2"))).toBe(false);
  await lamina.close();

  const again = await launch();
  await expect(again.page.getByRole("heading", { name: "disk.qcow2", level: 1 })).toBeVisible();
  await expect(again.page.getByTestId("unfinished")).toHaveCount(0);
});
