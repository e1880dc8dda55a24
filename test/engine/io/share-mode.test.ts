import { closeSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { openFileWritable } from "../../../electron/engine/io/file";
import { holderByShareMode, type ShareHost } from "../../../electron/engine/io/share-mode";
import { systemError } from "../../../electron/engine/io/system-error";
import { openForChange } from "../../../electron/engine/ops/change/open-for-change";
import { holdersIn } from "../../../electron/engine/ops/in-use";
import { tempFolder } from "../../helpers/temp-folder";
import { thrownBy } from "./thrown";

/** Windows' flag for a handle that shares nothing, macOS's for a lock that nobody else may have. */
const exclusive = { win32: 0x10000000, darwin: 0x20 | 0x4 } as const;

const refusal = (code: string): Error => Object.assign(new Error(`${code}: refused`), { code });

/** A host that refuses some ways to open a file, by their flags, and must get back what it opened. */
function host(platform: NodeJS.Platform, refused: Readonly<Record<number, string>>) {
  const asked: number[] = [];
  let open = 0;
  const answers: ShareHost = {
    platform,
    open(_path, flags) {
      asked.push(flags);
      const code = refused[flags];
      if (code !== undefined) throw refusal(code);
      open += 1;
      return 7;
    },
    close(fd) {
      expect(fd).toBe(7);
      open -= 1;
    },
  };
  return { answers, asked, left: () => open };
}

describe("who holds a file, by share modes", () => {
  it.each([
    // On Windows: for writing.
    ["win32", { 2: "EBUSY" }, "writer", [2]],
    ["win32", {}, undefined, [2]],
    ["win32", { 2: "EPERM" }, undefined, [2]],
    // On macOS: alone, then with other readers.
    ["darwin", { 0x24: "EAGAIN", 0x14: "EAGAIN" }, "writer", [0x24, 0x14]],
    ["darwin", { 0x24: "EAGAIN" }, "reader", [0x24, 0x14]],
    ["darwin", { 0x24: "ENOTSUP" }, undefined, [0x24]],
    ["darwin", {}, undefined, [0x24]],
    ["linux", { 2: "EBUSY", 0x24: "EAGAIN" }, undefined, []],
  ] as const)("on %s that refuses %o is %s", (platform, refused, holder, flags) => {
    const { answers, asked, left } = host(platform, refused);
    expect(holderByShareMode("/a.vhdx", answers)).toBe(holder);
    expect(asked).toEqual(flags);
    expect(left()).toBe(0);
  });

  it("is told by the code in-use when the file is not even opened", () => {
    expect(systemError("open", "C:\\a.vhdx", refusal("EBUSY"))).toMatchObject({
      code: "in-use",
      file: "C:\\a.vhdx",
    });
  });

  it("is not told of a stretch that another program has locked, which cannot be read", () => {
    expect(systemError("read", "C:\\a.vhdx", refusal("EBUSY"), 512)).toMatchObject({
      code: "io",
      at: 512,
    });
  });

  it.runIf(process.platform === "win32" || process.platform === "darwin")(
    "is told of a file that another handle holds alone",
    () => {
      const path = join(tempFolder(), "a.img");
      writeFileSync(path, "data");
      expect(holdersIn(path)).toEqual([]);
      const flags = process.platform === "win32" ? exclusive.win32 : exclusive.darwin;
      const fd = openSync(path, 2 | flags);
      onTestFinished(() => closeSync(fd));
      expect(holdersIn(path)).toEqual([{ sign: "share", writes: true }]);
      expect(thrownBy(() => openForChange(path, () => undefined))).toMatchObject({
        code: "in-use",
      });
    },
  );

  it("is nobody while this process itself writes to it", () => {
    const path = join(tempFolder(), "a.img");
    writeFileSync(path, "data");
    const file = openFileWritable(path);
    onTestFinished(() => file.close());
    expect(holdersIn(path)).toEqual([]);
  });
});
