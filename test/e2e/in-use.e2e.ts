import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { qemuImg } from "../helpers/qemu-img";
import { expect, test } from "./lamina";

test("an image that qemu has open is shown with who holds it", async ({ folder, launch }) => {
  const image = join(folder, "web01.qcow2");
  qemuImg(["create", "-q", "-f", "qcow2", image, "64M"]);
  const holder = spawn("qemu-io", ["-f", "qcow2", image], { stdio: ["pipe", "pipe", "inherit"] });
  try {
    await once(holder.stdout, "data");
    const lamina = await launch(image);
    const banner = lamina.page.getByTestId("in-use");
    await expect(banner).toContainText(`qemu-io (process ${holder.pid}) has this image open`);
    await expect(banner).toContainText("shown read-only, as it was when opened");
    await lamina.picture("in-use-light");
    await lamina.page.emulateMedia({ colorScheme: "dark" });
    await lamina.picture("in-use-dark");
    await lamina.close();
  } finally {
    holder.stdin.end();
  }
});
