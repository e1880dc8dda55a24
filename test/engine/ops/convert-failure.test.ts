import {
  linkSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import {
  convert,
  createControl,
  createImage,
  ImageError,
  type Control,
} from "../../../electron/engine";
import type { ByteTarget } from "../../../electron/engine/io/source";
import { tempFolder } from "../../helpers/temp-folder";
import { jobOf, writeIslands } from "./convert-job";

/** What the partial file's writes do instead, when a test says so. */
let write: ByteTarget["write"] | undefined;

vi.mock("../../../electron/engine/image/partial-file", async (original) => {
  const real = await original<typeof import("../../../electron/engine/image/partial-file")>();
  return {
    createPartial(...args: Parameters<typeof real.createPartial>) {
      const partial = real.createPartial(...args);
      if (write === undefined) return partial;
      return { ...partial, target: Object.create(partial.target, { write: { value: write } }) };
    },
  };
});

beforeEach(() => {
  write = undefined;
});

/** A control on which `step` is called before each step. */
function controlWith(step: (control: Control) => void): Control {
  const control = createControl();
  const throwIfCancelled = (): void => {
    step(control);
    control.throwIfCancelled();
  };
  return Object.create(control, { throwIfCancelled: { value: throwIfCancelled } }) as Control;
}

function sourceIn(folder: string): { source: string; target: string } {
  const source = join(folder, "a.raw");
  writeIslands(source, 20, 1024 * 1024);
  return { source, target: join(folder, "b.img") };
}

const failure = (code: string, more: object = {}) => expect.objectContaining({ code, ...more });

describe.each(["raw", "qcow2"] as const)("convert to %s, when it goes wrong", (format) => {
  it("leaves nothing when it is cancelled half-way", () => {
    const folder = tempFolder();
    const { source, target } = sourceIn(folder);
    let steps = 0;
    const control = controlWith((inner) => {
      if (++steps === 10) inner.cancel();
    });
    expect(() => convert(jobOf(source, target, format, { control }))).toThrow(failure("cancelled"));
    expect(control.done).toBeGreaterThan(0);
    expect(control.done).toBeLessThan(control.total);
    expect(readdirSync(folder)).toEqual(["a.raw"]);
  });

  it("leaves nothing when it was cancelled before it began", () => {
    const folder = tempFolder();
    const { source, target } = sourceIn(folder);
    const control = createControl();
    control.cancel();
    expect(() => convert(jobOf(source, target, format, { control }))).toThrow(failure("cancelled"));
    expect(readdirSync(folder)).toEqual(["a.raw"]);
  });

  it.each([1, 12, 21])(
    "leaves nothing when write %i fails, and keeps what it would replace",
    (nth) => {
      const folder = tempFolder();
      const { source, target } = sourceIn(folder);
      writeFileSync(target, "old");
      let writes = 0;
      const full = new ImageError("io", "no space left");
      write = function (this: ByteTarget, at, from) {
        if (++writes === nth) throw full;
        (Object.getPrototypeOf(this) as ByteTarget).write(at, from);
      };
      const attempt = () => convert(jobOf(source, target, format, { replace: true }));
      // A raw image has 20 writes, one for each island; a qcow2 its tables besides.
      if (format === "raw" && nth === 21) expect(attempt).not.toThrow();
      else {
        expect(attempt).toThrow(full);
        expect(readFileSync(target, "utf8")).toBe("old");
      }
      expect(readdirSync(folder).toSorted()).toEqual(["a.raw", "b.img"]);
    },
  );

  it("replaces a file only when asked to", () => {
    const folder = tempFolder();
    const { source, target } = sourceIn(folder);
    writeFileSync(target, "old");
    expect(() => convert(jobOf(source, target, format))).toThrow(failure("exists"));
    expect(readFileSync(target, "utf8")).toBe("old");
    convert(jobOf(source, target, format, { replace: true }));
    expect(readFileSync(target).length).toBeGreaterThan(3);
    mkdirSync(join(folder, "c"));
    const onFolder = () => convert(jobOf(source, join(folder, "c"), format, { replace: true }));
    expect(onFolder).toThrow(failure("exists"));
    expect(readdirSync(folder).toSorted()).toEqual(["a.raw", "b.img", "c"]);
  });

  it("never writes over a file that it reads, whatever its name", () => {
    const folder = tempFolder();
    const { source } = sourceIn(folder);
    const overlay = join(folder, "over.qcow2");
    const backing = { name: "a.raw", format: "raw" };
    const spec = { size: 20 * 1024 * 1024, options: {}, backing };
    createImage({ path: overlay, format: "qcow2", spec, replace: false, flush: false });
    linkSync(source, join(folder, "hard"));
    symlinkSync("a.raw", join(folder, "soft"));
    const before = readFileSync(source);
    for (const name of ["a.raw", "hard", "soft", "over.qcow2"]) {
      for (const replace of [true, false]) {
        const attempt = () => convert(jobOf(overlay, join(folder, name), format, { replace }));
        expect(attempt).toThrow(failure("invalid-argument"));
      }
    }
    expect(readFileSync(source).equals(before)).toBe(true);
    expect(readdirSync(folder)).toHaveLength(4);
  });

  it.each(["stored", "hole"])("fails when the source loses its end, %s, meanwhile", (end) => {
    const folder = tempFolder();
    const { source, target } = sourceIn(folder);
    if (end === "hole") truncateSync(source, 30 * 1024 * 1024);
    const shorter = (end === "hole" ? 25 : 15) * 1024 * 1024;
    const control = controlWith(() => truncateSync(source, shorter));
    expect(() => convert(jobOf(source, target, format, { control }))).toThrow(
      failure("truncated", { file: source }),
    );
    expect(readdirSync(folder)).toEqual(["a.raw"]);
  });

  it("fails when a backing file is missing, and when there is no such folder", () => {
    const folder = tempFolder();
    const { source, target } = sourceIn(folder);
    const overlay = join(folder, "over.qcow2");
    const spec = { size: 4096, options: {}, backing: { name: "gone", format: "raw" } };
    createImage({ path: overlay, format: "qcow2", spec, replace: false, flush: false });
    expect(() => convert(jobOf(overlay, target, format))).toThrow(
      failure("missing-file", { file: join(folder, "gone") }),
    );
    const nowhere = join(folder, "none", "b");
    expect(() => convert(jobOf(source, nowhere, format))).toThrow(failure("missing-file"));
    expect(readdirSync(folder).toSorted()).toEqual(["a.raw", "over.qcow2"]);
  });

  it("refuses options that the format does not have", () => {
    const folder = tempFolder();
    const { source, target } = sourceIn(folder);
    const options = { colour: "blue" };
    expect(() => convert(jobOf(source, target, format, { options }))).toThrow(
      failure("invalid-argument"),
    );
    expect(readdirSync(folder)).toEqual(["a.raw"]);
  });
});

describe("convert to a format that is only read", () => {
  it("refuses", () => {
    const folder = tempFolder();
    const { source, target } = sourceIn(folder);
    expect(() => convert(jobOf(source, target, "iso"))).toThrow(failure("unsupported"));
    expect(readdirSync(folder)).toEqual(["a.raw"]);
  });
});
