import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { openImage, type OpenRequest } from "../../../electron/engine/image/open-image";
import { convert, convertInSteps } from "../../../electron/engine/ops/convert";
import { createControl } from "../../../electron/engine/ops/control";
import { createImage } from "../../../electron/engine/ops/create";
import { reportImage } from "../../../electron/engine/ops/report";
import type { FormatId } from "../../../shared/model/format";
import { expectBytes } from "../../helpers/bytes";
import { patternDisk } from "../../helpers/pattern-disk";
import { describeWithQemu, mustBeIdentical, qemuImg } from "../../helpers/qemu-img";
import { random, runSeed } from "../../helpers/seed";
import { tempFolder } from "../../helpers/temp-folder";
import { plainFacts } from "../../helpers/plain-facts";
import { handmade as dmg, types } from "../formats/dmg/handmade";
import { fixed } from "../formats/vhd/handmade";
import { thrownBy } from "../io/thrown";
import { archive, ovf, type HandmadeEntry } from "../wrappings/archive";
import { pack } from "../wrappings/packed";

const one = new Uint8Array(4096).fill(1);
const two = new Uint8Array(2048).fill(2);

function file(bytes: Uint8Array, name = "image", folder = tempFolder()): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}
const tar = (...entries: HandmadeEntry[]): string => file(archive(entries), "image.tar");

/** All that the guest sees. */
function guest(request: Partial<OpenRequest> & { path: string }): Uint8Array {
  const image = openImage({ grants: [], ...request });
  const bytes = new Uint8Array(image.size);
  image.read(0, bytes);
  image.close();
  return bytes;
}

function convertTo(path: string, target: string, format: FormatId = "raw"): void {
  const rest = { options: {}, replace: false, flush: false, control: createControl() };
  convert({ source: { images: [{ path, grants: [] }] }, target, format, ...rest });
}

describe("an image that begins like a packed file", () => {
  it.each([
    ["dmg", Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0)],
    ["vpc", Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0)],
  ] as const)("is a %s all the same when it ends like one", (format, magic) => {
    const content = new Uint8Array(4096).fill(1);
    content.set(magic);
    const chunks = [{ type: types.raw, start: 0, count: 8, at: 0, stored: 4096 }];
    const bytes =
      format === "vpc" ? fixed(content) : dmg({ data: content, tables: [{ chunks }], sectors: 8 });
    const path = file(bytes);
    const image = openImage({ path, grants: [] });
    expect(image.layers[0]?.format).toBe(format);
    image.close();
    expectBytes(guest({ path }), content);
    convertTo(path, `${path}.raw`);
    expectBytes(readFileSync(`${path}.raw`), content);
  });
});

describe("a packed file with gigabytes of nothing behind its data", () => {
  /** Padding of an .xz stream, and zeros behind a gzip member, that lie in a hole. */
  const padded = (id: "gz" | "xz"): string => {
    const path = file(pack[id](one));
    truncateSync(path, 2 ** 34);
    return path;
  };

  it.each(["gz", "xz"] as const)("is not read to its end when it is opened (%s)", (id) => {
    const path = padded(id);
    const image = openImage({ path, grants: [] });
    expect(image.layers[0]?.facts.wrapping).toMatchObject({ id });
    image.close();
  });

  it("is read on until somebody cancels the conversion", () => {
    const path = padded("xz");
    const control = createControl();
    let asked = 0;
    const impatient = {
      ...control,
      buffer: control.buffer,
      throwIfCancelled() {
        asked += 1;
        if (asked > 50) control.cancel();
        control.throwIfCancelled();
      },
    };
    const job = { target: `${path}.raw`, format: "raw", options: {}, replace: false } as const;
    const images = [{ path, grants: [] }];
    const convertIt = (): unknown =>
      convert({ ...job, source: { images }, flush: false, control: impatient });
    expect(thrownBy(convertIt)).toMatchObject({ code: "cancelled" });
  });
});

describe("a disk in an archive", () => {
  const both = [
    { name: "a.raw", data: one },
    { name: "b.raw", data: two },
  ];

  it("has to be named where there are several", () => {
    const path = tar(...both, { name: "notes", data: two });
    const error = thrownBy(() => openImage({ path, grants: [] }));
    expect(error).toMatchObject({ code: "choose-member", found: "a.raw, b.raw" });
    expectBytes(guest({ path, member: "b.raw" }), two);
    expectBytes(guest({ path, member: "notes" }), two);
    expect(thrownBy(() => guest({ path, member: "c" })).code).toBe("missing-file");
    expectBytes(guest({ path, member: "b.raw", format: "raw" }), two);
  });

  it("is told with all of them", () => {
    const { layers } = reportImage({ path: tar(...both), member: "a.raw", grants: [] });
    expect(plainFacts(layers[0]?.facts).details).toEqual([
      { name: "disk in the archive", value: "a.raw: raw, 4096 bytes at 512" },
      { name: "disk in the archive", value: "b.raw: raw, 2048 bytes at 5120" },
    ]);
    expect(layers[0]?.fileLength).toBe(4096);
  });

  it("is not looked for where a format is named, or no disk is there", () => {
    const path = tar(both[0]!);
    expect(guest({ path, format: "raw" }).length).toBe(readFileSync(path).length);
    const other = tar({ name: "notes", data: one });
    expect(guest({ path: other }).length).toBe(readFileSync(other).length);
    expect(thrownBy(() => guest({ path: file(one), member: "a" })).code).toBe("invalid-argument");
  });

  it("of an appliance is refused when it is packed", () => {
    const attributes = 'ovf:compression="gzip"';
    const path = tar(
      { name: "a.ovf", data: ovf([{ href: "a.vmdk", attributes }]) },
      {
        name: "a.vmdk",
        data: gzipSync(
          random(1)
            .shuffled([...one, ...two])
            .join(""),
        ),
      },
    );
    const error = thrownBy(() => openImage({ path, grants: [] }));
    expect(error.code).toBe("unsupported");
    expect(error.message).toContain("a.vmdk is packed with gzip");
  });

  it("may open no other file, in the archive's folder neither", () => {
    const folder = tempFolder();
    const child = join(folder, "child.qcow2");
    file(one, "base.raw", folder);
    const backing = { name: "base.raw", format: "raw" };
    const spec = { size: 4096, options: {}, backing };
    createImage({ path: child, format: "qcow2", spec, replace: false, flush: false });
    expectBytes(guest({ path: child }), one);
    const bytes = readFileSync(child);
    const wrapped = [
      file(archive([{ name: "child.qcow2", data: bytes }]), "image.tar", folder),
      file(pack.gz(bytes), "image.gz", folder),
    ];
    for (const path of wrapped) {
      const image = openImage({ path, grants: "all" });
      expect(image.broken?.error.code).toBe("refused");
      image.close();
      const before = readdirSync(folder);
      expect(thrownBy(() => convertTo(path, join(folder, "new"))).code).toBe("refused");
      expect(readdirSync(folder)).toEqual(before);
    }
  });

  it("that names extents beside it is refused", () => {
    const folder = tempFolder();
    file(one, "image-flat.vmdk", folder);
    const text = `# Disk DescriptorFile
version=1
CID=12345678
parentCID=ffffffff
createType="monolithicFlat"
RW 8 FLAT "image-flat.vmdk" 0
`;
    const data = Buffer.from(text.padEnd(512, "\n"));
    expectBytes(guest({ path: file(data, "image.vmdk", folder) }), one);
    const path = file(archive([{ name: "image.vmdk", data }]), "image.tar", folder);
    expect(thrownBy(() => openImage({ path, grants: "all" })).code).toBe("refused");
  });

  const hasTar = spawnSync("tar", ["--version"], { encoding: "utf8" }).stdout?.includes("GNU tar");
  it.skipIf(!hasTar)(`may be sparse, as GNU tar stores it (seed ${runSeed})`, () => {
    const folder = tempFolder();
    const { bytes } = patternDisk(random(runSeed), 512 * 9000);
    const content = new Uint8Array(bytes.length + 2 ** 20);
    content.set(bytes);
    for (let at = 0; at < bytes.length; at += 2 ** 18) content.fill(0, at, at + 2 ** 16);
    file(content, "plain", folder);
    convertTo(join(folder, "plain"), join(folder, "disk.raw"));
    for (const [index, extra] of [[], ["-z"]].entries()) {
      const path = join(folder, `image${index}.tar`);
      const args = ["-C", folder, "--format=oldgnu", "-S", ...extra, "-cf", path, "disk.raw"];
      expect(spawnSync("tar", args).status).toBe(0);
      expect(readFileSync(path).length).toBeLessThan(content.length);
      convertTo(path, `${path}.raw`);
      expectBytes(readFileSync(`${path}.raw`), content);
      const { layers } = reportImage({ path, grants: [] });
      expect(layers[0]).toMatchObject({ format: "raw", virtualSize: content.length });
    }
    expectBytes(guest({ path: join(folder, "image0.tar") }), content);
  });
});

describe("a compressed image", () => {
  it("whose size is not told shows it as well as it can", () => {
    const big = new Uint8Array(6 * 2 ** 20);
    const told = (bytes: Uint8Array) => {
      const { layers } = reportImage({ path: file(pack.gz(bytes)), grants: [] });
      return [layers[0]?.virtualSize, layers[0]?.facts.wrapping?.sizeKnown];
    };
    expect(told(big)).toEqual([big.length, false]);
    // A disk with one partition that ends at 5 GiB: the file tells its size modulo 4 GiB.
    big.set([0, 2, 0, 0, 0x83, 0, 0, 0, 0, 8, 0, 0, 0, 0xf8, 0x9f, 0], 446);
    big.set([0x55, 0xaa], 510);
    expect(told(big)).toEqual([big.length + 2 * 2 ** 32, false]);
  });

  it("is what it is once unpacked: the end of a fixed VHD is not the guest's", () => {
    const folder = tempFolder();
    const path = join(folder, "fixed.vhd");
    const spec = { size: 2 ** 20, options: { subformat: "fixed" } };
    createImage({ path, format: "vpc", spec, replace: false, flush: false });
    const packed = file(pack.xz(readFileSync(path)), "fixed.xz", folder);
    convertTo(packed, join(folder, "new.raw"));
    expect(readFileSync(join(folder, "new.raw")).length).toBe(2 ** 20);
  });

  it("is unpacked first where its end shows what it is, or its size was told wrongly", () => {
    const folder = tempFolder();
    const content = new Uint8Array(2 ** 20).fill(7);
    // The partition reaches to 5 GiB, the disk does not.
    const small = new Uint8Array(6 * 2 ** 20).fill(8, 2 ** 20);
    small.set([0, 2, 0, 0, 0x83, 0, 0, 0, 0, 8, 0, 0, 0, 0xf8, 0x9f, 0], 446);
    small.set([0x55, 0xaa], 510);
    for (const [packed, expected] of [
      [pack.xz(fixed(content)), content],
      [pack.gz(small), small],
    ] as const) {
      const target = join(folder, `${expected.length}`);
      convertTo(file(packed), target, "qcow2");
      expectBytes(guest({ path: target }), expected);
    }
    expect(readdirSync(folder).toSorted()).toEqual([`${content.length}`, `${small.length}`]);
  });

  it.each(["gz", "xz", "zst"] as const)("in %s takes no room while it is converted", (id) => {
    const folder = tempFolder();
    const path = file(pack[id](new Uint8Array(9 * 2 ** 20 + 100).fill(5)), "image", folder);
    const control = createControl();
    const job = {
      source: { images: [{ path, grants: [] }] },
      target: join(folder, "new"),
      format: "vdi",
      options: {},
      replace: false,
      flush: false,
      control,
    } as const;
    const steps = convertInSteps(job);
    let count = 0;
    for (let step = steps.next(); step.done !== true; step = steps.next()) {
      // The image and what becomes the target.
      expect(readdirSync(folder).length).toBe(2);
      count += 1;
    }
    expect(count).toBeGreaterThan(3);
    expect(control.done).toBe(control.total);
    const expected = new Uint8Array(9 * 2 ** 20 + 512).fill(5, 0, 9 * 2 ** 20 + 100);
    expectBytes(guest({ path: job.target }), expected);
  });

  it("counts its packed bytes as progress, then those that are copied, where it is unpacked first", () => {
    const folder = tempFolder();
    const path = file(pack.zst(new Uint8Array(3 * 2 ** 20).fill(5)), "image.zst", folder);
    const control = createControl();
    const rest = { options: {}, replace: false, flush: false };
    // A disk that grows is not streamed.
    const source = { images: [{ path, grants: [] }], size: 4 * 2 ** 20 };
    convert({ source, target: join(folder, "new"), format: "qcow2", control, ...rest });
    expect(control.done).toBe(control.total);
    expect(control.total).toBe(readFileSync(path).length + 3 * 2 ** 20);
  });

  it.each(["gz", "xz", "zst"] as const)(
    "in %s leaves nothing behind when it is damaged or cancelled",
    (id) => {
      const folder = tempFolder();
      const content = new Uint8Array(5 * 2 ** 20);
      random(runSeed).fill(content);
      const bytes = pack[id](content);
      const cut = file(bytes.subarray(0, -3), "cut", folder);
      const path = file(bytes, "whole", folder);
      const before = readdirSync(folder);
      for (const format of ["raw", "qcow2"] as const) {
        const error = thrownBy(() => convertTo(cut, join(folder, "new"), format));
        expect(["corrupt-data", "truncated"]).toContain(error.code);
        expect(error.message).toContain(cut);
        const control = createControl();
        const addDone = (done: number): void => {
          control.addDone(done);
          if (control.done > 2 ** 21) control.cancel();
        };
        const cancelling = Object.create(control, {
          addDone: { value: addDone },
        }) as typeof control;
        const rest = { options: {}, replace: false, flush: false, control: cancelling };
        const source = { images: [{ path, grants: [] }] };
        const target = join(folder, "new");
        expect(thrownBy(() => convert({ source, target, format, ...rest })).code).toBe("cancelled");
        expect(readdirSync(folder)).toEqual(before);
      }
    },
  );

  it("is neither its own target nor packed twice", () => {
    const folder = tempFolder();
    const path = file(pack.gz(one), "image.gz", folder);
    const source = { images: [{ path, grants: [] }] };
    const rest = { options: {}, replace: true, flush: false, control: createControl() };
    const error = thrownBy(() => convert({ source, target: path, format: "raw", ...rest }));
    expect(error.code).toBe("invalid-argument");
    expectBytes(readFileSync(path), pack.gz(one));
    const twice = file(pack.xz(pack.gz(one)), "image.xz", folder);
    expect(thrownBy(() => convertTo(twice, join(folder, "new"))).code).toBe("unsupported");
  });

  it("in an archive that is compressed comes out of both", () => {
    const folder = tempFolder();
    const bytes = archive([{ name: "disk.raw", data: one }]);
    const path = file(pack.gz(bytes), "disk.tar.gz", folder);
    const { layers } = reportImage({ path, grants: [] });
    expect(layers[0]).toMatchObject({
      format: "raw",
      virtualSize: one.length,
      facts: { wrapping: { id: "gz", member: "disk.raw", sizeKnown: true } },
    });
    convertTo(path, join(folder, "new"));
    expectBytes(readFileSync(join(folder, "new")), one);
  });
});

describeWithQemu("against qemu-img", () => {
  it.each(["qcow2", "vmdk", "vdi", "vpc", "vhdx", "raw"] as const)(
    `a packed disk is the same disk as %s (seed ${runSeed})`,
    (format) => {
      const folder = tempFolder();
      const { bytes } = patternDisk(random(runSeed), 24 * 2 ** 20);
      const plain = file(bytes, "plain", folder);
      for (const id of ["gz", "xz", "zst"] as const) {
        const target = join(folder, `${id}.${format}`);
        convertTo(file(pack[id](bytes), id, folder), target, format);
        mustBeIdentical(plain, target, "raw", format);
      }
    },
  );

  it(`an appliance with a stream-optimized disk is the same disk (seed ${runSeed})`, () => {
    const folder = tempFolder();
    const { bytes } = patternDisk(random(runSeed), 512 * 4000);
    const plain = file(bytes, "plain", folder);
    const vmdk = join(folder, "disk.vmdk");
    const options = ["-O", "vmdk", "-o", "subformat=streamOptimized"];
    qemuImg(["convert", "-f", "raw", ...options, plain, vmdk]);
    const entries = [
      { name: "a.ovf", data: ovf([{ href: "disk.vmdk" }]) },
      { name: "a.mf", data: Buffer.from("SHA256(a.ovf)= 00") },
      { name: "disk.vmdk", data: readFileSync(vmdk) },
    ];
    const path = file(archive(entries), "a.ova", folder);
    expectBytes(guest({ path }), bytes);
    convertTo(path, join(folder, "new"), "qcow2");
    mustBeIdentical(plain, join(folder, "new"), "raw", "qcow2");
  });
});
