import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createImage, openImage, type DiskImage } from "../../../electron/engine";
import { createGate } from "../../../electron/engine/image/gate";
import { describeWithQemu, qemuImg, qemuIo, runOracle } from "../../helpers/qemu-img";
import { tempFolder } from "../../helpers/temp-folder";
import * as vdi from "../formats/vdi/handmade";
import * as vhd from "../formats/vhd/handmade";
import * as vhdx from "../formats/vhdx/handmade";

const uuid = (first: number): Uint8Array => Uint8Array.from({ length: 16 }, (_, at) => first + at);
/** The text form of `uuid(first)` where its first three fields are little-endian. */
function mixed(first: number): string {
  const hex = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15]
    .map((at) => (first + at).toString(16).padStart(2, "0"))
    .join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

function within<T>(
  path: string,
  look: (image: DiskImage) => T,
  grants: readonly string[] | "all" = [],
) {
  const image = openImage({ path, grants });
  try {
    return look(image);
  } finally {
    image.close();
  }
}

/** What the chain breaks with; undefined when it is whole. */
const brokenOf = (path: string, grants: readonly string[] | "all" = []) =>
  within(path, ({ broken }) => broken, grants);

const layersOf = (path: string, grants: readonly string[] | "all" = []) =>
  within(path, ({ layers }) => layers.map(({ source }) => source.name), grants);

describe("the parent of a VDI", () => {
  const base = vdi.handmade({
    map: [0, 1],
    data: vdi.numbered(2),
    uuidCreate: uuid(0x40),
    uuidModify: uuid(0x60),
  });
  const child = vdi.handmade({
    type: 4,
    map: [vdi.free, vdi.zero],
    uuidLinkage: uuid(0x40),
    uuidParentModify: uuid(0x60),
  });

  /** A folder `own` with the child, beside which nothing lies yet. */
  function place() {
    const root = tempFolder();
    const own = join(root, "Snapshots");
    mkdirSync(own);
    const top = join(own, "{child}.vdi");
    writeFileSync(top, child);
    return { root, own, top };
  }

  it("is found by its UUID among the neighbours, whatever its name", () => {
    const { own, top } = place();
    const other = vdi.handmade({ map: [0], data: vdi.numbered(1), uuidCreate: uuid(0x20) });
    writeFileSync(join(own, "a.vdi"), other);
    // What looks like a VDI, and is damaged, is passed over.
    writeFileSync(join(own, "b.vdi"), base.subarray(0, 400));
    writeFileSync(join(own, "c.img"), base);
    within(top, (image) => {
      expect(image.broken).toBeUndefined();
      expect(image.layers.map(({ source }) => source.name)).toEqual([top, join(own, "c.img")]);
      const bytes = new Uint8Array(8192);
      image.read(0, bytes);
      expect([bytes[0], bytes[4095], bytes[4096]]).toEqual([1, 1, 0]);
    });
  });

  it("is the copy that has not been changed since, where there are several", () => {
    const { own, top } = place();
    const changed = vdi.handmade({
      map: [0, 1],
      data: vdi.numbered(2),
      uuidCreate: uuid(0x40),
      uuidModify: uuid(0x61),
    });
    writeFileSync(join(own, "a.vdi"), changed);
    expect(brokenOf(top)).toMatchObject({
      error: {
        code: "wrong-parent",
        file: join(own, "a.vdi"),
        expected: mixed(0x60),
        found: mixed(0x61),
        hint: expect.any(String) as string,
      },
    });
    writeFileSync(join(own, "b.vdi"), base);
    expect(layersOf(top)).toEqual([top, join(own, "b.vdi")]);
  });

  it("is not there when no neighbour has its UUID", () => {
    const { own, top } = place();
    writeFileSync(join(own, "a.vdi"), vdi.handmade({ map: [0], data: vdi.numbered(1) }));
    const broken = brokenOf(top);
    expect(broken).toMatchObject({
      format: "vdi",
      error: { code: "missing-file", file: top, expected: `uuidCreate ${mixed(0x40)}` },
    });
    expect(broken?.path).toBeUndefined();
  });

  it("is taken from elsewhere only when that was granted", () => {
    const { root, top } = place();
    const above = join(root, "base.vdi");
    writeFileSync(above, base);
    expect(brokenOf(top)?.error.code).toBe("missing-file");
    expect(layersOf(top, [above])).toEqual([top, above]);
    expect(layersOf(top, "all")).toEqual([top, above]);
  });

  it("is neither a link to another folder nor a pipe", () => {
    const { root, own, top } = place();
    writeFileSync(join(root, "base.vdi"), base);
    symlinkSync(join(root, "base.vdi"), join(own, "link.vdi"));
    execFileSync("mkfifo", [join(own, "pipe.vdi")]);
    expect(brokenOf(top)?.error.code).toBe("missing-file");
  });

  it("is not looked for by an image whose own format nobody declared", () => {
    const { own, top } = place();
    writeFileSync(join(own, "base.vdi"), base);
    // An overlay that does not say what its backing file is.
    const above = join(own, "above.qcow2");
    const spec = { size: 8192, options: {}, backing: { name: "./{child}.vdi" } };
    createImage({ path: above, format: "qcow2", spec, replace: false, flush: false });
    expect(layersOf(top)).toHaveLength(2);
    const broken = brokenOf(above);
    expect(broken?.error.code).toBe("refused");
    expect(broken?.reference.from).toBe(top);
  });

  it("ends a chain that loops", () => {
    const { own, top } = place();
    const loop = { map: [vdi.free], type: 4 };
    writeFileSync(
      join(own, "a.vdi"),
      vdi.handmade({
        ...loop,
        uuidCreate: uuid(0x40),
        uuidModify: uuid(0x60),
        uuidLinkage: uuid(1),
      }),
    );
    expect(brokenOf(top)?.error.code).toBe("cycle");
  });

  it("is looked for among a thousand files at most", () => {
    const { own, top } = place();
    for (let index = 0; index < 1010; index += 1) writeFileSync(join(own, `${index}`), "");
    const gate = createGate([]);
    const neighbours = gate.neighbours({ role: "backing-file", name: "", from: top });
    expect(neighbours.length).toBeGreaterThan(990);
    expect(neighbours.length).toBeLessThanOrEqual(1000);
    expect(neighbours).not.toContain(top);
  });
});

describe("the parent of a VHD", () => {
  const data = new Uint8Array(8192).fill(5);
  const child = (over: Partial<vhd.Handmade> = {}) =>
    vhd.handmade({
      type: 4,
      table: [undefined, undefined],
      parentName: "base.vhd",
      parentUniqueId: uuid(0xd0),
      parentTimeStamp: 0,
      ...over,
    });
  /** Seconds since 2000 of this moment. */
  const now = (): number => Math.floor((Date.now() - Date.UTC(2000, 0, 1)) / 1000);

  function place(over: Partial<vhd.Handmade> = {}) {
    const folder = tempFolder();
    const [top, base] = [join(folder, "child.vhd"), join(folder, "base.vhd")];
    writeFileSync(top, child(over));
    writeFileSync(base, vhd.fixed(data));
    return { folder, top, base };
  }

  it("is the file of its name when the unique ID is right", () => {
    const { top, base } = place();
    expect(layersOf(top)).toEqual([top, base]);
  });

  it("is not another disk of that name", () => {
    const { top, base } = place({ parentUniqueId: uuid(0x10) });
    expect(brokenOf(top)).toMatchObject({
      path: base,
      error: {
        code: "wrong-parent",
        file: base,
        expected: "10111213-1415-1617-1819-1a1b1c1d1e1f",
        found: "d0d1d2d3-d4d5-d6d7-d8d9-dadbdcdddedf",
      },
    });
    expect(() => within(top, (image) => image.read(0, new Uint8Array(1)))).toThrow(
      expect.objectContaining({ code: "wrong-parent" }),
    );
  });

  it("is found by a later name, and beside the child by the last part of a name", () => {
    const locator = (code: string, name: string) => ({ code, bytes: vhd.utf16(name, "little") });
    const absolute = locator("W2ku", "D:\\disks\\base.vhd");
    const { top, base, folder } = place({ locators: [absolute], parentName: "gone.vhd" });
    expect(layersOf(top)).toEqual([top, base]);
    // Nor does a stranger under the first name keep it from being found.
    const stranger = vhd.fixed(data);
    const end = stranger.subarray(-512).fill(0x77, 68, 84);
    vhd.seal(end, vhd.footerAt.checksum);
    writeFileSync(join(folder, "gone.vhd"), stranger);
    expect(layersOf(top)).toEqual([top, base]);
  });

  it("is what the first name leads to, and nothing else, when no ID tells it from others", () => {
    const absolute = { code: "W2ku", bytes: vhd.utf16("D:\\disks\\base.vhd", "little") };
    const parts = { parentUniqueId: new Uint8Array(16), locators: [absolute] };
    expect(layersOf(place(parts).top)).toHaveLength(2);
    expect(brokenOf(place({ ...parts, parentName: "gone.vhd" }).top)?.error.code).toBe(
      "missing-file",
    );
  });

  it("must not have been changed after the two were linked", () => {
    const { top, base } = place({ parentTimeStamp: now() - 3600 });
    expect(brokenOf(top)).toMatchObject({ error: { code: "wrong-parent", file: base } });
    utimesSync(base, new Date(), new Date(Date.now() - 3_601_000));
    expect(brokenOf(top)).toBeUndefined();
  });
});

describe("the parent of a VHDX", () => {
  const other = "11111111-2222-3333-4444-555555555555";

  function place(linkages: Readonly<Record<string, string>>) {
    const folder = tempFolder();
    const [top, base] = [join(folder, "child.avhdx"), join(folder, "base.vhdx")];
    const parentLocator = { relative_path: ".\\base.vhdx", ...linkages };
    const write = (path: string, parts: vhdx.Handmade): void => {
      const target = vhdx.handmade({ ...parts, fileSize: 5 * vhdx.MiB });
      writeFileSync(path, vhdx.read(target, 0, target.size));
    };
    write(top, { flags: 2, parentLocator });
    write(base, {});
    return { top, base };
  }

  it.each<Readonly<Record<string, string>>>([
    { parent_linkage: `{${vhdx.guids.dataWrite.toUpperCase()}}` },
    { parent_linkage: `{${other}}`, parent_linkage2: `{${vhdx.guids.dataWrite}}` },
    {},
  ])("is taken with %o", (linkages) => {
    const { top, base } = place(linkages);
    expect(layersOf(top)).toEqual([top, base]);
  });

  it("is not one with another DataWriteGuid", () => {
    const { top, base } = place({ parent_linkage: `{${other}}` });
    expect(brokenOf(top)).toMatchObject({
      error: { code: "wrong-parent", file: base, expected: other, found: vhdx.guids.dataWrite },
    });
  });
});

describeWithQemu("the parent of a VMDK", () => {
  it("is the wrong one once it was written to: its CID is another, as qemu-img sees too", () => {
    const folder = tempFolder();
    const [base, child] = [join(folder, "base.vmdk"), join(folder, "child.vmdk")];
    qemuImg(["create", "-q", "-f", "vmdk", base, "1M"]);
    qemuImg(["create", "-q", "-f", "vmdk", "-b", "base.vmdk", "-F", "vmdk", child], folder);
    const old = join(folder, "old");
    copyFileSync(base, old);
    expect(layersOf(child)).toEqual([child, base]);
    qemuIo(base, "vmdk", ["write -P 1 0 512"]);
    expect(brokenOf(child)).toMatchObject({ error: { code: "wrong-parent", file: base } });
    const target = join(folder, "out");
    const converted = runOracle("qemu-img", ["convert", "-f", "vmdk", "-O", "raw", child, target]);
    expect(converted.status).not.toBe(0);
    copyFileSync(old, base);
    expect(brokenOf(child)).toBeUndefined();
  });
});
