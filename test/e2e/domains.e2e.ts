import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { qemuImg, qemuJson } from "../helpers/qemu-img";
import { expect, test } from "./lamina";

const definition = (name: string, type: string, source: string) => `<domain type='kvm'>
  <name>${name}</name>
  <uuid>4dea22b3-1d52-d8f3-2516-782e98ab3fa0</uuid>
  <devices>
    <disk type='file' device='disk'>
      <driver name='qemu' type='${type}' cache='none'/>
      <source file='${source}'/>
      <target dev='vda' bus='virtio'/>
    </disk>
  </devices>
</domain>
`;

test("the Overview names the VMs of an image, and the line to change", async ({
  folder,
  launch,
}) => {
  const image = join(folder, "web01.qcow2");
  qemuImg(["create", "-q", "-f", "qcow2", image, "64M"]);
  writeFileSync(join(folder, "web01.xml"), definition("web01", "qcow2", image));
  writeFileSync(join(folder, "legacy.xml"), definition("legacy-erp", "raw", image));
  const lamina = await launch(image);
  const { page, app } = lamina;
  const card = page.getByRole("region", { name: "Used by" });
  await expect(card.getByRole("listitem")).toHaveCount(2);
  await expect(card).toContainText("disk · vda · virtio");
  await expect(card.getByTestId("domain-finding")).toHaveCount(1);
  const real = qemuJson<{ format: string }>(["info", image]).format;
  const line = `<driver name='qemu' type='${real}' cache='none'/>`;
  await expect(card.getByTestId("domain-line")).toHaveText(line);
  await card.getByRole("button", { name: "Copy" }).click();
  await expect.poll(() => app.evaluate(({ clipboard }) => clipboard.readText())).toBe(line);
  await lamina.picture("used-by");

  // What was mended is not told any more when the image is looked at again.
  writeFileSync(join(folder, "legacy.xml"), definition("legacy-erp", "qcow2", image));
  await page.getByRole("navigation").getByRole("button", { name: /web01/ }).first().click();
  await expect(card.getByTestId("domain-finding")).toHaveCount(0);
});
