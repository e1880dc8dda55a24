import { execFileSync } from "node:child_process";
import { existsSync, linkSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { formatById } from "../../../electron/engine/formats/registry";
import type { ParentRef } from "../../../electron/engine/image/layer";
import {
  openImage,
  requireWhole,
  type OpenRequest,
} from "../../../electron/engine/image/open-image";
import { createFile } from "../../../electron/engine/io/file";
import { tempFolder } from "../../helpers/temp-folder";

const size = 2 ** 20;
const cluster = 65536;

/** Writes an overlay whose first cluster holds `byte`, and nothing else. */
function overlay(path: string, byte: number, backing?: ParentRef): string {
  const target = createFile(path);
  const writer = formatById("qcow2").create!(target, { size, options: {}, backing });
  if (writer.placement.kind !== "slots") throw new Error("qcow2 has slots");
  target.write(writer.placement.firstSlotAt, new Uint8Array(cluster).fill(byte));
  writer.placed(0, 0, 1);
  writer.finish(1);
  target.close();
  return path;
}

/** Writes a raw file full of `byte`. */
function base(path: string, byte: number): string {
  writeFileSync(path, new Uint8Array(size).fill(byte));
  return path;
}

/** Opens, looks and closes; `at` gives the guest's byte there. */
function look(path: string, request: Partial<OpenRequest> = {}) {
  const image = openImage({ path, grants: [], ...request });
  try {
    const at = (where: number): number => {
      const into = new Uint8Array(1);
      image.read(where, into);
      return into[0]!;
    };
    const formats = image.layers.map((layer) => layer.format);
    const whole = image.broken === undefined;
    return { broken: image.broken, formats, first: at(0), next: whole ? at(cluster) : undefined };
  } finally {
    image.close();
  }
}

function openDescriptors(): number {
  return existsSync("/proc/self/fd") ? readdirSync("/proc/self/fd").length : 0;
}

describe("opening an image", () => {
  it("opens its chain to the end, each name seen from the folder of the file that holds it", () => {
    const folder = tempFolder();
    mkdirSync(join(folder, "deep"));
    base(join(folder, "deep", "base.img"), 3);
    overlay(join(folder, "deep", "middle.qcow2"), 2, { name: "base.img", format: "raw" });
    const top = { name: "deep/middle.qcow2", format: "qcow2" };
    const path = overlay(join(folder, "top.qcow2"), 1, top);
    const formats = ["qcow2", "qcow2", "raw"];
    const seen = { broken: undefined, formats, first: 1, next: 3 };
    expect(look(path)).toEqual(seen);
    expect(look(relative(process.cwd(), path))).toEqual(seen);
  });

  it("takes the given format, else the one its bytes tell", () => {
    const path = overlay(join(tempFolder(), "disk.img"), 1);
    expect(look(path).formats).toEqual(["qcow2"]);
    expect(look(path, { format: "raw" })).toMatchObject({ formats: ["raw"], first: 0x51 });
  });

  it("throws for the image itself, and leaves no file open", () => {
    const folder = tempFolder();
    const path = base(join(folder, "disk.img"), 1);
    const before = openDescriptors();
    const throwing = (request: OpenRequest, code: string): void =>
      expect(() => openImage(request)).toThrow(expect.objectContaining({ code }));
    throwing({ path, format: "qcow2", grants: [] }, "not-this-format");
    throwing({ path: join(folder, "none.img"), grants: [] }, "missing-file");
    throwing({ path: folder, grants: [] }, "unsupported");
    expect(openDescriptors()).toBe(before);
  });

  it("closes every file of the chain, of a broken one too", () => {
    const folder = tempFolder();
    base(join(folder, "base.img"), 3);
    overlay(join(folder, "middle.qcow2"), 2, { name: "base.img", format: "qcow2" });
    const path = overlay(join(folder, "top.qcow2"), 1, { name: "middle.qcow2", format: "qcow2" });
    const before = openDescriptors();
    expect(look(path).broken?.error).toMatchObject({ code: "not-this-format" });
    expect(openDescriptors()).toBe(before);
  });
});

describe("a chain that breaks", () => {
  it("tells who named the missing file, how, and where it would be", () => {
    const folder = tempFolder();
    const name = "gone.img";
    const path = overlay(join(folder, "top.qcow2"), 1, { name, format: "raw" });
    const { broken, first } = look(path);
    expect(first).toBe(1);
    expect(broken).toMatchObject({
      reference: { role: "backing-file", name, from: path },
      format: "raw",
      path: join(folder, name),
      error: { code: "missing-file" },
    });
    const image = openImage({ path, grants: [] });
    expect(() => requireWhole(image)).toThrow(image.broken!.error);
    expect(() => image.read(cluster, new Uint8Array(1))).toThrow(image.broken!.error);
    image.close();
  });

  it("ends before a file outside the image's folder until that is granted", () => {
    const folder = tempFolder();
    mkdirSync(join(folder, "vm"));
    const outside = base(join(folder, "base.img"), 3);
    const path = overlay(join(folder, "vm", "top.qcow2"), 1, { name: outside, format: "raw" });
    expect(look(path).broken).toMatchObject({ path: outside, error: { code: "refused" } });
    expect(look(path, { grants: [outside] })).toMatchObject({ broken: undefined, next: 3 });
    expect(look(path, { grants: "all" })).toMatchObject({ broken: undefined, next: 3 });
  });

  it("ends where it would loop, under whatever name", () => {
    const folder = tempFolder();
    const [a, b] = [join(folder, "a.qcow2"), join(folder, "b.qcow2")];
    overlay(a, 1, { name: "b.qcow2", format: "qcow2" });
    overlay(b, 2, { name: "link.qcow2", format: "qcow2" });
    symlinkSync("a.qcow2", join(folder, "link.qcow2"));
    expect(look(a)).toMatchObject({
      formats: ["qcow2", "qcow2"],
      broken: { reference: { from: b }, error: { code: "cycle" } },
    });
    const own = overlay(join(folder, "own.qcow2"), 1, { name: "other.qcow2", format: "qcow2" });
    linkSync(own, join(folder, "other.qcow2"));
    expect(look(own)).toMatchObject({ formats: ["qcow2"], broken: { error: { code: "cycle" } } });
  });

  it("opens a parent in its declared format only", () => {
    const folder = tempFolder();
    base(join(folder, "raw.img"), 3);
    overlay(join(folder, "inner.qcow2"), 9, { name: "raw.img", format: "raw" });
    // A guest wrote a qcow2 header into its raw disk: it stays the raw disk that it is declared to be.
    const asRaw = { name: "inner.qcow2", format: "raw" };
    const top = overlay(join(folder, "top.qcow2"), 1, asRaw);
    expect(look(top)).toMatchObject({ formats: ["qcow2", "raw"], broken: undefined });
    const wrong = { name: "raw.img", format: "qcow2" };
    expect(look(overlay(join(folder, "wrong.qcow2"), 1, wrong)).broken).toMatchObject({
      format: "qcow2",
      error: { code: "not-this-format" },
    });
    const foreign = { name: "raw.img", format: "qed" };
    expect(look(overlay(join(folder, "foreign.qcow2"), 1, foreign)).broken).toMatchObject({
      format: "qed",
      error: { code: "unsupported", found: "qed" },
    });
  });

  it("probes a parent of undeclared format, but follows nothing that it names", () => {
    const folder = tempFolder();
    base(join(folder, "base.img"), 3);
    const direct = overlay(join(folder, "direct.qcow2"), 1, { name: "base.img" });
    expect(look(direct)).toMatchObject({ formats: ["qcow2", "raw"], broken: undefined, next: 3 });
    overlay(join(folder, "middle.qcow2"), 2, { name: "base.img", format: "raw" });
    const path = overlay(join(folder, "top.qcow2"), 1, { name: "middle.qcow2" });
    for (const grants of [[], "all"] as const)
      expect(look(path, { grants })).toMatchObject({
        formats: ["qcow2", "qcow2"],
        broken: {
          path: join(folder, "base.img"),
          error: { code: "refused", hint: expect.stringMatching(/declare/i) },
        },
      });
  });

  it("ends before a pipe, without waiting for it", () => {
    const folder = tempFolder();
    execFileSync("mkfifo", [join(folder, "pipe")]);
    const path = overlay(join(folder, "top.qcow2"), 1, { name: "pipe", format: "raw" });
    expect(look(path).broken?.error).toMatchObject({ code: "refused" });
  });

  it.each(["json:{}", "nbd://localhost/disk"])("ends at %s, which is no file", (name) => {
    const path = overlay(join(tempFolder(), "top.qcow2"), 1, { name, format: "raw" });
    const { broken } = look(path);
    expect(broken?.error).toMatchObject({ code: "unsupported" });
    expect(broken?.path).toBeUndefined();
  });

  it("ends at 256 files", () => {
    const folder = tempFolder();
    const names = Array.from({ length: 300 }, (_, index) => join(folder, `${index}.qcow2`));
    for (const [index, path] of names.entries())
      overlay(path, 1, { name: `${index + 1}.qcow2`, format: "qcow2" });
    const { formats, broken } = look(names[0]!);
    expect(formats).toHaveLength(256);
    expect(broken).toMatchObject({
      path: join(dirname(names[0]!), "256.qcow2"),
      error: { code: "limit" },
    });
  });
});
