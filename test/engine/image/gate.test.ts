import { execFileSync } from "node:child_process";
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { closedGate, createGate, type Grant } from "../../../electron/engine/image/gate";
import { tempFolder } from "../../helpers/temp-folder";

/** A folder `own` with an image's place and a base, and a folder `other` beside it with one more file. */
function folders() {
  const root = tempFolder();
  const own = join(root, "own");
  const other = join(root, "other");
  mkdirSync(join(own, "deep"), { recursive: true });
  mkdirSync(other);
  for (const file of [join(own, "base.img"), join(own, "deep", "far.img"), join(other, "x.img")])
    writeFileSync(file, file);
  return { root, own, other, from: join(own, "top.qcow2") };
}

function opened(name: string, from: string, grants: readonly Grant[] | "all" = []): string {
  const source = createGate(grants).open({ role: "backing-file", name, from });
  const into = new Uint8Array(source.size);
  source.read(0, into);
  source.close();
  return new TextDecoder().decode(into);
}

function failing(name: string, from: string, grants: readonly Grant[] | "all" = []): unknown {
  try {
    opened(name, from, grants);
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("the gate", () => {
  it.each(["base.img", "./base.img", "deep/../base.img", "../own/base.img", "file:base.img"])(
    "opens %s in the image's own folder",
    (name) => {
      const { own, from } = folders();
      expect(opened(name, from)).toBe(join(own, "base.img"));
    },
  );

  it("opens absolute paths and folders below its own", () => {
    const { own, from } = folders();
    expect(opened(join(own, "base.img"), from)).toBe(join(own, "base.img"));
    expect(opened(`file:${join(own, "base.img")}`, from)).toBe(join(own, "base.img"));
    expect(opened("deep/far.img", from)).toBe(join(own, "deep", "far.img"));
  });

  it("resolves a relative name against the folder of the image that names it", () => {
    const { own } = folders();
    const deep = join(own, "deep", "middle.qcow2");
    expect(opened("far.img", deep)).toBe(join(own, "deep", "far.img"));
    expect(failing("../base.img", deep)).toMatchObject({ code: "refused" });
  });

  it("refuses a file outside until its path is granted, and says how to grant it", () => {
    const { other, from } = folders();
    const outside = join(other, "x.img");
    for (const name of ["../other/x.img", outside, `file:${outside}`]) {
      expect(failing(name, from)).toMatchObject({
        code: "refused",
        file: outside,
        hint: expect.stringContaining("--trust"),
      });
      expect(opened(name, from, [outside])).toBe(outside);
      expect(opened(name, from, "all")).toBe(outside);
    }
    expect(failing("../other/x.img", from, [join(other, "y.img")])).toMatchObject({
      code: "refused",
    });
  });

  it("is not taken in by a folder whose name begins like its own", () => {
    const { root, from } = folders();
    mkdirSync(join(root, "own-not"));
    writeFileSync(join(root, "own-not", "base.img"), "");
    expect(failing("../own-not/base.img", from)).toMatchObject({ code: "refused" });
  });

  it("does not tell whether a file outside is there", () => {
    const { other, from } = folders();
    expect(failing(join(other, "none.img"), from)).toMatchObject({ code: "refused" });
  });

  it("follows symbolic links before it decides", () => {
    const { own, other, from } = folders();
    symlinkSync(join(other, "x.img"), join(own, "out.img"));
    symlinkSync(other, join(own, "out"));
    symlinkSync("base.img", join(own, "in.img"));
    expect(failing("out.img", from)).toMatchObject({ code: "refused", file: join(other, "x.img") });
    expect(failing("out/x.img", from)).toMatchObject({ code: "refused" });
    expect(opened("out.img", from, [join(own, "out.img")])).toBe(join(other, "x.img"));
    expect(opened("out.img", from, [join(other, "x.img")])).toBe(join(other, "x.img"));
    expect(opened("in.img", from)).toBe(join(own, "base.img"));
  });

  it("knows its own folder by every name", () => {
    const { root, own } = folders();
    symlinkSync(own, join(root, "alias"));
    const from = join(root, "alias", "top.qcow2");
    expect(opened("base.img", from)).toBe(join(own, "base.img"));
    expect(opened(join(own, "base.img"), from)).toBe(join(own, "base.img"));
  });

  it("refuses pipes, sockets, folders and devices, even when granted, and waits for none", async () => {
    const { own, from } = folders();
    execFileSync("mkfifo", [join(own, "pipe")]);
    const server = createServer().listen(join(own, "socket"));
    await new Promise((resolve) => server.once("listening", resolve));
    for (const name of ["pipe", "socket", "deep", "/dev/null", "/dev/zero"])
      expect(failing(name, from, "all")).toMatchObject({ code: "refused" });
    server.close();
  });

  it.each(["json:{}", "nbd://host/disk", "http://host/disk", "rbd:pool/disk", "a:b", "", "a\0b"])(
    "says that %j is no file",
    (name) => {
      const { from } = folders();
      expect(failing(name, from, "all")).toMatchObject({ code: "unsupported" });
      expect(() => createGate("all").resolve({ role: "backing-file", name, from })).toThrow(
        expect.objectContaining({ code: "unsupported" }),
      );
    },
  );

  it("takes a colon behind a slash as part of the name", () => {
    const { own, from } = folders();
    writeFileSync(join(own, "a:b"), "colon");
    expect(opened("./a:b", from)).toBe("colon");
    expect(opened("file:a:b", from)).toBe("colon");
  });

  it("says that a file in its folder is missing, and where it would be", () => {
    const { own, from } = folders();
    expect(failing("none.img", from)).toMatchObject({
      code: "missing-file",
      file: join(own, "none.img"),
    });
  });
});

describe("the gate with a trusted folder", () => {
  /** As `folders`, with a folder `deep` in the trusted one and one `other-not` beside it. */
  function trusting() {
    const made = folders();
    const { root, other } = made;
    mkdirSync(join(other, "deep"));
    mkdirSync(join(root, "other-not"));
    for (const file of [join(other, "deep", "y.img"), join(root, "other-not", "x.img")])
      writeFileSync(file, file);
    return { ...made, trust: [{ folder: other }] };
  }

  it("opens what lies in it and below, by every name", () => {
    const { own, other, from, trust } = trusting();
    for (const name of ["../other/x.img", join(other, "x.img"), "../other/deep/../x.img"])
      expect(opened(name, from, trust)).toBe(join(other, "x.img"));
    expect(opened("../other/deep/y.img", from, trust)).toBe(join(other, "deep", "y.img"));
    const deep = join(own, "deep", "z.qcow2");
    expect(opened("../base.img", deep, [{ folder: own }])).toBe(join(own, "base.img"));
  });

  it("still opens nothing outside it", () => {
    const { root, from, trust } = trusting();
    writeFileSync(join(root, "secret"), "secret");
    const refused = [
      "../secret",
      "../other/../secret",
      "../other-not/x.img",
      "../other/deep/../../secret",
    ];
    for (const name of refused)
      expect(failing(name, from, trust), name).toMatchObject({ code: "refused" });
  });

  it("is led out of it by no link", () => {
    const { root, other, from, trust } = trusting();
    writeFileSync(join(root, "secret"), "secret");
    symlinkSync(join(root, "secret"), join(other, "link.img"));
    symlinkSync(root, join(other, "up"));
    symlinkSync("deep/y.img", join(other, "in.img"));
    for (const name of ["../other/link.img", "../other/up/secret"])
      expect(failing(name, from, trust)).toMatchObject({
        code: "refused",
        file: join(root, "secret"),
      });
    expect(opened("../other/in.img", from, trust)).toBe(join(other, "deep", "y.img"));
    expect(opened("../other/up/other/x.img", from, trust)).toBe(join(other, "x.img"));
  });

  it("does not follow when a link stands where the trusted folder was", () => {
    const { root, other, from, trust } = trusting();
    renameSync(other, join(root, "moved"));
    symlinkSync(join(root, "moved"), other);
    expect(failing("../other/x.img", from, trust)).toMatchObject({ code: "refused" });
  });

  it("is reached by a link when the name's folder and the file's are both trusted", () => {
    const { root, other, own, from } = trusting();
    const alias = join(root, "alias");
    symlinkSync(other, alias);
    expect(failing("../alias/x.img", from, [{ folder: other }])).toMatchObject({ code: "refused" });
    expect(failing("../alias/x.img", from, [{ folder: alias }])).toMatchObject({ code: "refused" });
    const both = [{ folder: alias }, { folder: other }];
    expect(opened("../alias/x.img", from, both)).toBe(join(other, "x.img"));
    symlinkSync(join(other, "x.img"), join(own, "here.img"));
    expect(opened("here.img", from, [{ folder: other }])).toBe(join(other, "x.img"));
  });

  it("refuses pipes, folders and devices in it", () => {
    const { other, from, trust } = trusting();
    execFileSync("mkfifo", [join(other, "pipe")]);
    symlinkSync("/dev/zero", join(other, "zero"));
    for (const name of ["../other/pipe", "../other/deep", "../other/zero", "/dev/null"])
      expect(failing(name, from, [...trust, { folder: "/dev" }]), name).toMatchObject({
        code: "refused",
        reference: undefined,
      });
  });

  it("says of a file that is not there that it is missing", () => {
    const { other, from, trust } = trusting();
    expect(failing("../other/none.img", from, trust)).toMatchObject({
      code: "missing-file",
      file: join(other, "none.img"),
    });
  });

  it("takes a granted file for no folder", () => {
    const { other, from } = trusting();
    expect(failing("../other/x.img", from, [other])).toMatchObject({ code: "refused" });
    expect(failing("../other/x.img", from, ["/"])).toMatchObject({ code: "refused" });
  });

  it("looks for a parent without a name in the folder above when that is trusted", () => {
    const { own, from: top } = trusting();
    const from = join(own, "deep", "snapshot.vdi");
    const reference = { role: "backing-file", name: "{1}", from } as const;
    const base = join(own, "base.img");
    expect(createGate([]).neighbours(reference)).not.toContain(base);
    expect(createGate([{ folder: own }]).neighbours(reference)).toContain(base);
    expect(createGate([{ folder: own }]).neighbours({ ...reference, from: top })).toEqual(
      createGate([]).neighbours({ ...reference, from: top }),
    );
  });
});

describe("what the gate tells of a refusal", () => {
  it("is who names the file, how, and where it is: no more than a grant needs", () => {
    const { own, other, from } = folders();
    const path = join(other, "x.img");
    symlinkSync(path, join(own, "out.img"));
    expect(failing("../other/x.img", from)).toMatchObject({
      reference: { from, name: "../other/x.img", path },
    });
    expect(failing("out.img", from)).toMatchObject({ reference: { from, name: "out.img", path } });
    expect(opened("out.img", from, [path])).toBe(path);
  });
});

describe("the closed gate", () => {
  it("opens nothing, says what to declare, and still tells where the file would be", () => {
    const { own, from } = folders();
    const reference = { role: "backing-file", name: "base.img", from } as const;
    expect(() => closedGate.open(reference)).toThrow(expect.objectContaining({ code: "refused" }));
    expect(closedGate.resolve(reference)).toBe(join(own, "base.img"));
  });
});
