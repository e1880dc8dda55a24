import {
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createPartial } from "../../../electron/engine/image/partial-file";
import { tempFolder } from "../../helpers/temp-folder";

const hello = new TextEncoder().encode("hello");
const exists = expect.objectContaining({ code: "exists" });

describe("a partial file", () => {
  it("has its name only once it is committed, and leaves nothing beside", () => {
    const folder = tempFolder();
    const file = createPartial(join(folder, "new.img"), { replace: false, flush: true });
    file.target.write(0, hello);
    expect(readdirSync(folder)).toEqual([expect.stringMatching(/^\.new\.img\.\w+\.partial$/)]);
    file.commit();
    file.abandon();
    expect(readdirSync(folder)).toEqual(["new.img"]);
    expect(readFileSync(join(folder, "new.img"), "utf8")).toBe("hello");
  });

  it("is gone when abandoned, as often as that is asked", () => {
    const folder = tempFolder();
    const file = createPartial(join(folder, "new.img"), { replace: false });
    file.target.write(0, hello);
    file.abandon();
    file.abandon();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("leaves an existing file alone unless asked to replace it", () => {
    const folder = tempFolder();
    const path = join(folder, "old.img");
    writeFileSync(path, "old");
    expect(() => createPartial(path, { replace: false })).toThrow(exists);
    const file = createPartial(path, { replace: true });
    file.target.write(0, hello);
    expect(readFileSync(path, "utf8")).toBe("old");
    file.commit();
    expect(readFileSync(path, "utf8")).toBe("hello");
    expect(readdirSync(folder)).toEqual(["old.img"]);
  });

  it("does not overwrite a file that took the name meanwhile", () => {
    const folder = tempFolder();
    const path = join(folder, "new.img");
    const file = createPartial(path, { replace: false });
    writeFileSync(path, "first");
    expect(() => file.commit()).toThrow(exists);
    expect(readFileSync(path, "utf8")).toBe("first");
    expect(readdirSync(folder)).toEqual(["new.img"]);
  });

  it("does not overwrite a dangling symbolic link either", () => {
    const folder = tempFolder();
    symlinkSync("nowhere", join(folder, "new.img"));
    const file = createPartial(join(folder, "new.img"), { replace: false });
    expect(() => file.commit()).toThrow(exists);
    expect(readdirSync(folder)).toEqual(["new.img"]);
  });

  it("replaces the file that a symbolic link leads to and keeps the link", () => {
    const folder = tempFolder();
    mkdirSync(join(folder, "disks"));
    writeFileSync(join(folder, "disks", "real.img"), "old");
    symlinkSync(join("disks", "real.img"), join(folder, "link.img"));
    const file = createPartial(join(folder, "link.img"), { replace: true });
    file.target.write(0, hello);
    file.commit();
    expect(readFileSync(join(folder, "disks", "real.img"), "utf8")).toBe("hello");
    expect(readdirSync(join(folder, "disks"))).toEqual(["real.img"]);
    expect(readFileSync(join(folder, "link.img"), "utf8")).toBe("hello");
  });

  it.skipIf(process.platform === "win32")(
    "takes the permissions of what it replaces, from the first",
    () => {
      const folder = tempFolder();
      const path = join(folder, "private.img");
      writeFileSync(path, "old", { mode: 0o600 });
      const file = createPartial(path, { replace: true });
      const names = readdirSync(folder);
      expect(names.map((name) => statSync(join(folder, name)).mode & 0o777)).toEqual([
        0o600, 0o600,
      ]);
      file.commit();
      expect(statSync(path).mode & 0o777).toBe(0o600);
    },
  );

  it("never replaces a folder", () => {
    const folder = tempFolder();
    expect(() => createPartial(folder, { replace: true })).toThrow(exists);
  });

  it("takes a name of 255 bytes", () => {
    const folder = tempFolder();
    const name = `${"磁".repeat(83)}.img`;
    createPartial(join(folder, name), { replace: false }).commit();
    expect(readdirSync(folder)).toEqual([name]);
  });

  it("says which folder is missing", () => {
    const path = join(tempFolder(), "none", "new.img");
    expect(() => createPartial(path, { replace: false })).toThrow(
      expect.objectContaining({ code: "missing-file" }),
    );
  });
});

describe("a partial image of several files", () => {
  const hi = (text: string) => new TextEncoder().encode(text);
  const text = (folder: string, name: string) => readFileSync(join(folder, name), "utf8");

  it("has all its names once it is committed, and none before", () => {
    const folder = tempFolder();
    const image = createPartial(join(folder, "a.vmdk"), { replace: false, flush: true });
    expect(image.files.name).toBe("a.vmdk");
    image.files.add("a-s001.vmdk").write(0, hi("one"));
    image.files.add("a-s002.vmdk").write(0, hi("three"));
    image.target.write(0, hello);
    expect(image.paths).toEqual(
      ["a-s001.vmdk", "a-s002.vmdk", "a.vmdk"].map((name) => join(folder, name)),
    );
    expect(image.fileLength).toBe(13);
    expect(readdirSync(folder).every((name) => name.endsWith(".partial"))).toBe(true);
    image.commit();
    image.abandon();
    expect(readdirSync(folder).toSorted()).toEqual(["a-s001.vmdk", "a-s002.vmdk", "a.vmdk"]);
    expect(["a-s001.vmdk", "a-s002.vmdk", "a.vmdk"].map((name) => text(folder, name))).toEqual([
      "one",
      "three",
      "hello",
    ]);
  });

  it("leaves nothing when it is abandoned", () => {
    const folder = tempFolder();
    const image = createPartial(join(folder, "a.vmdk"), { replace: false });
    image.files.add("a-s001.vmdk").write(0, hi("one"));
    image.abandon();
    image.abandon();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("replaces files that are there only when asked to", () => {
    const folder = tempFolder();
    writeFileSync(join(folder, "a-s001.vmdk"), "old", { mode: 0o640 });
    const kept = createPartial(join(folder, "a.vmdk"), { replace: false });
    expect(() => kept.files.add("a-s001.vmdk")).toThrow(exists);
    kept.abandon();
    const image = createPartial(join(folder, "a.vmdk"), { replace: true });
    image.files.add("a-s001.vmdk").write(0, hi("new"));
    expect(text(folder, "a-s001.vmdk")).toBe("old");
    image.commit();
    expect(text(folder, "a-s001.vmdk")).toBe("new");
    expect(statSync(join(folder, "a-s001.vmdk")).mode & 0o777).toBe(0o640);
    expect(readdirSync(folder).toSorted()).toEqual(["a-s001.vmdk", "a.vmdk"]);
  });

  it("is as private as the file that it replaces", () => {
    const folder = tempFolder();
    writeFileSync(join(folder, "a.vmdk"), "old", { mode: 0o600 });
    const image = createPartial(join(folder, "a.vmdk"), { replace: true });
    image.files.add("a-flat.vmdk");
    for (const name of readdirSync(folder)) {
      expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    }
    image.abandon();
  });

  it.each(["a-s002.vmdk", "a.vmdk"])("is as before when %s cannot get its name", (taken) => {
    const folder = tempFolder();
    writeFileSync(join(folder, "a-s001.vmdk"), "old");
    const image = createPartial(join(folder, "a.vmdk"), { replace: true });
    for (const name of ["a-s001.vmdk", "a-s002.vmdk"]) image.files.add(name).write(0, hi("new"));
    // Made unrenameable behind the check: the temporary file is gone.
    const hidden = readdirSync(folder).find((name) => name.startsWith(`.${taken}.`));
    rmSync(join(folder, hidden!));
    expect(() => image.commit()).toThrow(expect.objectContaining({ code: "missing-file" }));
    expect(readdirSync(folder)).toEqual(["a-s001.vmdk"]);
    expect(text(folder, "a-s001.vmdk")).toBe("old");
  });

  it("takes no names that lie elsewhere or are its own", () => {
    const folder = tempFolder();
    const image = createPartial(join(folder, "a.vmdk"), { replace: true });
    image.files.add("b");
    for (const name of [
      "../c",
      join(folder, "..", "c"),
      join(folder, "b"),
      "a.vmdk",
      "b",
      "",
      "..",
    ]) {
      expect(() => image.files.add(name)).toThrow(
        expect.objectContaining({ code: "invalid-argument" }),
      );
    }
    image.abandon();
  });
});
