import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "./lamina";

test("a thread that dies takes its own image only, and the window says so", async ({
  folder,
  launch,
}) => {
  const image = (name: string): string => {
    const path = join(folder, name);
    writeFileSync(path, new Uint8Array(1024 * 1024));
    return path;
  };
  const lamina = await launch(image("sound.img"));
  const { app, page } = lamina;
  await expect(page.getByRole("heading", { name: "sound.img", level: 1 })).toBeVisible();

  // The thread ends in the middle of one order, as one does that the system takes the memory from.
  await app.evaluate(() => {
    const { Worker } = process.getBuiltinModule("node:worker_threads");
    const post = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (this: InstanceType<typeof Worker>, order: unknown) {
      if (JSON.stringify(order).includes("deadly.img")) void this.terminate();
      else post.call(this, order);
    };
  });
  await lamina.startSecond(image("deadly.img"));
  const failure = page.getByTestId("image-failure");
  await expect(failure).toContainText("deadly.img");
  await expect(failure).toContainText("ended early");
  await lamina.picture("dead-thread");

  await page.getByRole("treeitem", { name: /^sound\.img/ }).click();
  await expect(page.getByRole("heading", { name: "sound.img", level: 1 })).toBeVisible();
  await lamina.startSecond(image("next.img"));
  await expect(page.getByRole("heading", { name: "next.img", level: 1 })).toBeVisible();
});
