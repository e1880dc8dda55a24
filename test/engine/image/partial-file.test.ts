import {
  mkdirSync,
  readFileSync,
  readdirSync,
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
