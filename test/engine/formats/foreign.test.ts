import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { probeFormat } from "../../../electron/engine/formats/registry";
import { memorySource } from "../../../electron/engine/io/memory";
import { describeWithQemu, qemuImg } from "../../helpers/qemu-img";
import { tempFolder } from "../../helpers/temp-folder";

describeWithQemu("a format that Lamina does not read", () => {
  it.each(["qed"])("is named, and %s is not taken for a raw disk", (format) => {
    const path = join(tempFolder(), "image");
    qemuImg(["create", "-q", "-f", format, path, "8M"]);
    const source = memorySource(readFileSync(path));
    expect(() => probeFormat(source)).toThrow(
      expect.objectContaining({ code: "unsupported", found: format }),
    );
  });

  it("is told from a raw disk that ends within its signature", () => {
    expect(probeFormat(memorySource(new TextEncoder().encode("QED"))).id).toBe("raw");
  });
});
