import { mkdtempSync, rmSync } from "node:fs";
import type * as FileSystem from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it, vi } from "vitest";
import { createFile, renameFileNew, fileStatus } from "../../../electron/engine/io/file";
import type { NativeCalls } from "../../../electron/engine/io/native";
import { expectBytes, pattern, readAt } from "./target-suite";
import { thrownBy } from "./thrown";

/** What the host does to the next calls: throw this, or take at most so many bytes. */
let trouble: (Error | number)[] = [];
let linkTrouble: Error | undefined;
let native: NativeCalls | undefined;

const systemError = (code: string, words: string, call: string): Error =>
  Object.assign(new Error(`${code}: ${words}, ${call}`), { code });
const interrupted = systemError("EINTR", "interrupted system call", "read");
const full = systemError("ENOSPC", "no space left on device", "write");

vi.mock("node:fs", async (importOriginal) => {
  const fs = await importOriginal<typeof FileSystem>();
  type Transfer = (
    fd: number,
    bytes: Uint8Array,
    offset: number,
    length: number,
    at: number,
  ) => number;
  const troubled =
    (call: Transfer): Transfer =>
    (fd, bytes, offset, length, at) => {
      const next = trouble.shift() ?? length;
      if (next instanceof Error) throw next;
      return next === 0 ? 0 : call(fd, bytes, offset, Math.min(next, length), at);
    };
  const linkSync: typeof fs.linkSync = (from, to) => {
    if (linkTrouble !== undefined) throw linkTrouble;
    fs.linkSync(from, to);
  };
  return { ...fs, readSync: troubled(fs.readSync), writeSync: troubled(fs.writeSync), linkSync };
});

vi.mock("../../../electron/engine/io/native", () => ({ nativeCalls: () => native }));

const folder = mkdtempSync(join(tmpdir(), "lamina-interrupted-"));
afterAll(() => rmSync(folder, { recursive: true }));
let count = 0;
const create = () => createFile(join(folder, `${(count += 1)}`));

beforeEach(() => {
  trouble = [];
  linkTrouble = undefined;
  native = undefined;
});

describe("reading and writing", () => {
  it("goes on after partial calls and signals", () => {
    const target = create();
    trouble = [3, interrupted, 50, 1, interrupted, interrupted];
    target.write(10, pattern(200));
    expect(trouble).toEqual([]);
    trouble = [interrupted, 7, 1, interrupted, 90];
    expectBytes(readAt(target, 10, 200), pattern(200));
    expect(trouble).toEqual([]);
    target.close();
  });

  it("says in the system's words what stopped it, and where", () => {
    const target = create();
    trouble = [40, full];
    expect(thrownBy(() => target.write(1000, pattern(100)))).toMatchObject({
      code: "io",
      at: 1040,
      file: target.name,
      found: "no space left on device",
      message: `Cannot write to ${target.name}: no space left on device`,
      cause: full,
    });
    trouble = [0];
    expect(thrownBy(() => target.write(0, pattern(1))).message).toContain("took no bytes");
    trouble = [40, systemError("EIO", "i/o error", "read")];
    expect(thrownBy(() => readAt(target, 0, 100))).toMatchObject({
      code: "io",
      at: 40,
      found: "i/o error",
    });
    target.close();
  });
});

describe("reserving space and punching holes", () => {
  const says = (error: Error): NativeCalls => ({
    seekData: () => "EINVAL",
    seekHole: () => "EINVAL",
    allocate: () => error,
    punchHole: () => error,
  });

  it("fails when there is no space left", () => {
    const target = create();
    native = says(full);
    for (const call of [() => target.allocate?.(5, 9), () => target.punchHole?.(5, 9)]) {
      expect(thrownBy(call)).toMatchObject({ code: "io", at: 5, found: "no space left on device" });
    }
    target.close();
  });

  it("does nothing where the file system cannot", () => {
    const target = create();
    native = says(systemError("ENOTSUP", "operation not supported on socket", "fallocate"));
    expect(() => target.allocate?.(5, 9)).not.toThrow();
    expect(() => target.punchHole?.(5, 9)).not.toThrow();
    native = { seekData: () => "EINVAL", seekHole: () => "EINVAL" };
    expect(() => target.allocate?.(5, 9)).not.toThrow();
    expect(() => target.punchHole?.(5, 9)).not.toThrow();
    target.close();
  });
});

describe("telling holes", () => {
  it("counts everything as stored where the file system cannot tell", () => {
    const target = create();
    target.truncate(1000);
    native = { seekData: () => "EINVAL", seekHole: () => "EINVAL" };
    expect(target.hostRun?.(5, 500)).toEqual({ length: 500, hole: false });
    // The file shrank between the two questions.
    native = { seekData: (_, at) => at, seekHole: () => "ENXIO" };
    expect(target.hostRun?.(5, 500)).toEqual({ length: 500, hole: false });
    target.close();
  });
});

describe("renaming where files have one name only", () => {
  it("still replaces nothing", () => {
    linkTrouble = systemError("EPERM", "operation not permitted", "link");
    const [from, to] = [create(), create()];
    from.close();
    to.close();
    expect(thrownBy(() => renameFileNew(from.name, to.name)).code).toBe("exists");
    const free = join(folder, "free");
    renameFileNew(from.name, free);
    expect(fileStatus(from.name).kind).toBe("none");
    expect(fileStatus(free).kind).toBe("file");
    linkTrouble = systemError("EACCES", "permission denied", "link");
    expect(thrownBy(() => renameFileNew(free, to.name)).code).toBe("io");
  });
});
