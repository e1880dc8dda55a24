import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { nativeCalls } from "../../../electron/engine/io/native";

const TiB = 2 ** 40;
const calls = nativeCalls();

describe.skipIf(calls === undefined)("native calls (skipped where koffi is not installed)", () => {
  let folder = "";
  let fd = -1;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "lamina-native-"));
    fd = openSync(join(folder, "sparse"), "w+");
  });
  afterAll(() => {
    closeSync(fd);
    rmSync(folder, { recursive: true });
  });

  it("find data and holes past 2^32 bytes", () => {
    ftruncateSync(fd, 8 * TiB);
    writeSync(fd, new Uint8Array(65_536).fill(1), 0, 65_536, 5 * TiB);
    expect(calls?.seekData(fd, 0)).toBe(5 * TiB);
    expect(calls?.seekData(fd, 5 * TiB + 1)).toBe(5 * TiB + 1);
    expect(calls?.seekHole(fd, 5 * TiB)).toBe(5 * TiB + 65_536);
    expect(calls?.seekHole(fd, 7)).toBe(7);
    expect(calls?.seekData(fd, 6 * TiB)).toBe("ENXIO");
    expect(calls?.seekHole(fd, 8 * TiB)).toBe("ENXIO");
  });

  it("name the system's error", () => {
    expect(calls?.seekData(-1, 0)).toBe("EBADF");
    if (process.platform !== "linux") return;
    expect(calls?.allocate?.(-1, 0, 1)).toMatchObject({
      code: "EBADF",
      message: "EBADF: bad file descriptor, fallocate",
    });
    expect(calls?.punchHole?.(-1, 0, 1)).toMatchObject({ code: "EBADF" });
  });
});

describe("without native calls", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.doUnmock("node:module");
    vi.resetModules();
  });

  it("are what the environment asks for", () => {
    vi.stubEnv("LAMINA_NO_NATIVE", "1");
    expect(nativeCalls()).toBeUndefined();
  });

  it("are what remains when koffi does not load, and it is tried once", async () => {
    vi.stubEnv("LAMINA_NO_NATIVE", undefined);
    let tried = 0;
    const createRequire = () => () => {
      tried += 1;
      throw new Error("Cannot find module 'koffi'");
    };
    vi.doMock("node:module", () => ({ createRequire, default: { createRequire } }));
    vi.resetModules();
    const fresh = await import("../../../electron/engine/io/native");
    expect(fresh.nativeCalls()).toBeUndefined();
    const atFirst = tried;
    expect(atFirst).toBeGreaterThan(0);
    expect(fresh.nativeCalls()).toBeUndefined();
    expect(tried).toBe(atFirst);
  });
});
