import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { reportImage } from "../../../electron/engine";
import { createGrants } from "../../../electron/handlers/grants";
import { imageHandlers } from "../../../electron/handlers/image";
import { createOpenings } from "../../../electron/handlers/openings";
import { describeWithQemu, qemuImg } from "../../helpers/qemu-img";
import { tempFolder } from "../../helpers/temp-folder";

describe("what images are opened with", () => {
  it("is kept by image, adds up, and is forgotten", () => {
    const openings = createOpenings();
    expect(openings.of("/a")).toEqual({});
    openings.keep("/a", { member: "disk.vmdk" });
    openings.keep("/a", { passphrase: "secret" });
    openings.keep("/b", { member: "other" });
    expect(openings.of("/a")).toEqual({ member: "disk.vmdk", passphrase: "secret" });
    openings.forget("/a");
    expect(openings.of("/a")).toEqual({});
    expect(openings.of("/b")).toEqual({ member: "other" });
  });
});

function setUp() {
  const openings = createOpenings();
  const inspector = {
    inspect: (order: Parameters<typeof reportImage>[0]) => Promise.resolve(reportImage(order)),
    warmUp: () => {},
    close: () => {},
  };
  const measurer = {
    measure: () => Promise.resolve([]),
    measureTarget: () => Promise.reject(new Error("not asked for")),
    stop: () => {},
  };
  const parts = { grants: createGrants(), openings };
  const handlers = imageHandlers(inspector, measurer, parts, () => {});
  return { openings, handlers };
}

describeWithQemu("image.openWith", () => {
  it("keeps the passphrase that opens an image until it is closed, and no other", async () => {
    const path = join(tempFolder(), "locked.qcow2");
    const secret = ["--object", "secret,id=s,data=open sesame"];
    const luks =
      "encrypt.format=luks,encrypt.key-secret=s,encrypt.iter-time=10,encrypt.hash-alg=sha512";
    qemuImg(["create", "-q", ...secret, "-f", "qcow2", "-o", luks, path, "1M"]);
    const { openings, handlers } = setUp();
    const unreadable = async () => (await handlers["image.inspect"]({ path })).unreadable?.code;
    const openWith = async (passphrase: string) =>
      (await handlers["image.openWith"]({ path, passphrase })).unreadable?.code;

    expect(await unreadable()).toBe("passphrase");
    expect(await openWith("open barley")).toBe("passphrase");
    expect(openings.of(path)).toEqual({});
    expect(await openWith("open sesame")).toBeUndefined();
    expect(await unreadable()).toBeUndefined();
    expect(await openWith("open barley")).toBe("passphrase");
    expect(await unreadable()).toBeUndefined();
    await handlers["image.close"]({ path });
    expect(await unreadable()).toBe("passphrase");
  });

  it("keeps the format in which an image is opened until it is closed", async () => {
    const path = join(tempFolder(), "disk.img");
    qemuImg(["create", "-q", "-f", "qcow2", path, "1M"]);
    const { openings, handlers } = setUp();
    const format = async () => (await handlers["image.inspect"]({ path })).layers[0]?.format;
    expect(openings.found(path)).toBeUndefined();
    await format();
    expect(openings.found(path)).toBe("qcow2");
    await handlers["image.openWith"]({ path, format: "raw" });
    expect(openings.of(path)).toEqual({ format: "raw" });
    expect(await format()).toBe("raw");
    expect(openings.found(path)).toBe("raw");
    await handlers["image.close"]({ path });
    expect(openings.found(path)).toBeUndefined();
    expect(await format()).toBe("qcow2");
  });
});
