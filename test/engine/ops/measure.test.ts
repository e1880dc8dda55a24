import { closeSync, ftruncateSync, openSync, readdirSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it, vi } from "vitest";
import {
  convert,
  createControl,
  createImage,
  formats,
  measureImage,
  measureVariants,
  openImage,
  type Control,
  type ConvertJob,
  type MeasureTarget,
} from "../../../electron/engine";
import type { Measure } from "../../../electron/engine/formats/format";
import { startCopierThread } from "../../../electron/workers/start-copier";
import type { OptionSpec, OptionValues } from "../../../shared/model/format";
import { exactFolder, onDisk, type ExactFolder } from "../../helpers/exact-folder";
import { patternDisk, writeRawFile } from "../../helpers/pattern-disk";
import { describeWithQemu, qemuImg } from "../../helpers/qemu-img";
import { random, runSeed } from "../../helpers/seed";
import { buildCopier } from "./copier-bundle";
import { jobOf, writeIslands } from "./convert-job";
import { randomChain } from "./random-image";

const MIB = 1024 * 1024;

/** Every combination of an image's options; a size or a choice stands for itself. */
function combinations(specs: readonly OptionSpec[]): OptionValues[] {
  const [spec, ...others] = specs;
  if (spec === undefined) return [{}];
  const values =
    spec.kind === "text"
      ? ["", "other-file"]
      : spec.kind === "switch"
        ? [false, true]
        : spec.choices;
  return values.flatMap((value) =>
    combinations(others).map((rest) => ({ [spec.name]: value, ...rest })),
  );
}

const writable = formats.filter(({ measure }) => measure !== undefined);

/** One target of every way in which the Overview and the command line show each format. */
const variants: MeasureTarget[] = writable.flatMap(({ id, variants = [], furtherVariants = [] }) =>
  [...variants, ...furtherVariants].map(({ options, compress = false }) => ({
    format: id,
    options,
    compress,
  })),
);

/** Those whose data is not encoded. */
const plainVariants = variants.filter(
  ({ options, compress }) => compress !== true && options["subformat"] !== "streamOptimized",
);

function measure(path: string, targets: readonly MeasureTarget[], control = createControl()) {
  const image = openImage({ path, grants: [] });
  try {
    return measureImage(image, targets, control);
  } finally {
    image.close();
  }
}

/** Converts, and holds what was written against what was foretold. */
function expectForetold(
  source: string,
  { format, options, compress = false }: MeasureTarget,
  measured: Measure,
  folder: ExactFolder,
  over: Partial<ConvertJob> = {},
): void {
  const target = join(folder.path, "disk.vmdk");
  // Of all its files.
  const made = convert(
    jobOf(source, target, format, { options, compress, replace: true, ...over }),
  );
  const what = JSON.stringify([format, options, compress]);
  expect(made.fileLength, what).toBe(measured.fileLength);
  const stretches = Math.ceil(measured.allocated / 4096);
  const more = made.allocated! - measured.allocated;
  // How far the last cluster of compressed data is reserved depends on what was still to come.
  expect(more, what).toBeGreaterThanOrEqual(compress ? -65_536 : 0);
  expect(more, what).toBeLessThanOrEqual(folder.slack(stretches));
  // A target of several files leaves those that the next one does not replace.
  for (const name of readdirSync(folder.path))
    if (name.startsWith("disk")) rmSync(join(folder.path, name));
}

function expectAllForetold(
  source: string,
  targets: readonly MeasureTarget[],
  folder: ExactFolder,
): void {
  for (const [index, measured] of measure(source, targets).entries()) {
    expectForetold(source, targets[index]!, measured, folder);
  }
}

describe("what is measured is what convert then writes", () => {
  it.each(writable.map(({ id }) => id))(`as %s with every option (seed ${runSeed})`, (id) => {
    const folder = exactFolder();
    const source = join(folder.path, "source");
    writeRawFile(source, patternDisk(random(runSeed), 2 * MIB + 512, 60_000));
    const format = writable.find((one) => one.id === id)!;
    // What there are thousands of, a few hundred stand for.
    const all = combinations(format.options);
    const some = all.length > 300 ? random(runSeed).shuffled(all).slice(0, 300) : all;
    const possible = some.filter((options) => {
      const attempt = (make: () => unknown) => {
        try {
          make();
          return "made";
        } catch (error) {
          return error;
        }
      };
      const measured = attempt(() => measure(source, [{ format: id, options }]));
      if (measured === "made") return true;
      const target = join(folder.path, "refused");
      expect(attempt(() => convert(jobOf(source, target, id, { options })))).toEqual(measured);
      return false;
    });
    expect(possible.length).toBeGreaterThan(0);
    const targets = possible.map((options) => ({ format: id, options }));
    expectAllForetold(source, targets, folder);
  });

  it.each([0, 1, 100, 4096, 65_536 + 512, 3 * MIB + 1])("of a disk of %i bytes", (size) => {
    const folder = exactFolder();
    const source = join(folder.path, "source");
    writeRawFile(source, patternDisk(random(runSeed + size), size));
    expectAllForetold(source, variants, folder);
  });

  it("of a disk of holes, of written zeros, and of nothing but data", () => {
    const folder = exactFolder();
    for (const [index, kind] of (["hole", "zero", "data"] as const).entries()) {
      const source = join(folder.path, kind);
      const length = 3 * MIB;
      const bytes = new Uint8Array(length).fill(kind === "data" ? 7 : 0);
      writeRawFile(source, { size: length, runs: [{ kind, at: 0, length }], bytes });
      expectAllForetold(source, variants, folder);
      const [{ allocated }] = measure(source, [{ format: "raw", options: {} }]) as [Measure];
      expect(allocated).toBe([0, 0, length][index]);
    }
  });

  it("on a file system of a disk, but for its own list of where the file lies", () => {
    const folder = onDisk();
    const source = join(folder.path, "source");
    writeRawFile(source, patternDisk(random(runSeed), 20 * MIB, 100_000));
    expectAllForetold(source, variants, folder);
  });

  it("without native calls", () => {
    const folder = exactFolder();
    const source = join(folder.path, "source");
    writeRawFile(source, patternDisk(random(runSeed), 5 * MIB, 100_000));
    vi.stubEnv("LAMINA_NO_NATIVE", "1");
    try {
      const sizes = [512, 65_536, 2 * MIB].map((cluster_size) => ({
        format: "qcow2" as const,
        options: { cluster_size },
      }));
      expectAllForetold(source, [{ format: "raw", options: {} }, ...sizes], folder);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it("when space was reserved ahead for what then turned out to be zeros", () => {
    const folder = exactFolder();
    const source = join(folder.path, "source");
    // The L1 table takes 4 MiB, of which the second half stays a hole.
    const fd = openSync(source, "w");
    writeSync(fd, new Uint8Array(4096).fill(1));
    writeSync(fd, new Uint8Array(8 * MIB), 0, 8 * MIB, 4096);
    ftruncateSync(fd, 16 * 1024 * MIB);
    closeSync(fd);
    expectAllForetold(source, [{ format: "qcow2", options: { cluster_size: 512 } }], folder);
  });

  it("for data at the far end of a large disk", () => {
    const folder = exactFolder();
    const source = join(folder.path, "source");
    const fd = openSync(source, "w");
    const size = 2 ** 41;
    for (const at of [0, 2 ** 40, size - 4096])
      writeSync(fd, new Uint8Array(4096).fill(1), 0, 4096, at);
    ftruncateSync(fd, size);
    closeSync(fd);
    // Nobody has room for the others.
    const thin = writable.flatMap(({ id, variants: all = [] }) =>
      all
        // A VHD ends before.
        .filter(({ provisioning }) => id === "vmdk" || (provisioning === "thin" && id !== "vpc"))
        .map(({ options, compress = false }) => ({ format: id, options, compress })),
    );
    expectAllForetold(source, thin, folder);
  });
});

describe(`large blocks on large disks (seed ${runSeed})`, () => {
  const targets: MeasureTarget[] = [
    { format: "vdi", options: {} },
    { format: "vpc", options: {} },
    { format: "vpc", options: { whole_mib: true } },
    { format: "vhdx", options: { block_size: MIB } },
    { format: "vhdx", options: { block_size: MIB, block_state_zero: true } },
    { format: "vhdx", options: { block_size: 256 * MIB } },
    { format: "vhdx", options: { subformat: "fixed" } },
  ];

  it.each([0, 1, 2])("with data in random places", (turn) => {
    const numbers = random(runSeed + turn);
    const folder = exactFolder();
    const source = join(folder.path, "source");
    const fd = openSync(source, "w");
    const size = numbers.between(1, 300 * 2048 * 1024) * 512;
    for (let island = 0; island < 40; island++) {
      // Some at the seams of the tables' pages, of 16384 blocks of 1 MiB.
      const seam = numbers.between(0, 20) * 16_384 * MIB - 8 * MIB;
      const near = Math.max(0, numbers.chance(0.3) ? seam : numbers.between(0, size));
      const at = near + numbers.between(0, 16 * MIB);
      const bytes = new Uint8Array(numbers.between(1, 3 * MIB)).fill(1);
      if (at + bytes.length <= size) writeSync(fd, bytes, 0, bytes.length, at);
    }
    ftruncateSync(fd, size);
    closeSync(fd);
    expectAllForetold(source, targets, folder);
  });
});

describe(`split VMDK images (seed ${runSeed})`, () => {
  it.each(["twoGbMaxExtentSparse", "twoGbMaxExtentFlat"])(
    "as %s, over its borders",
    (subformat) => {
      const numbers = random(runSeed);
      const folder = exactFolder();
      const source = join(folder.path, "source");
      const fd = openSync(source, "w");
      const size = 7 * 1024 * MIB + 512 * numbers.between(1, 200_000);
      ftruncateSync(fd, size);
      for (let island = 0; island < 30; island++) {
        const border = numbers.between(0, 4) * 2048 * MIB;
        const at = Math.max(0, border + numbers.between(-MIB, MIB));
        const bytes = new Uint8Array(numbers.between(1, 700_000)).fill(1);
        if (at + bytes.length <= size) writeSync(fd, bytes, 0, bytes.length, at);
      }
      closeSync(fd);
      expectAllForetold(source, [{ format: "vmdk", options: { subformat } }], folder);
    },
  );
});

describe("with copier threads", () => {
  let copierFile: string;
  beforeAll(async () => {
    copierFile = await buildCopier();
  });

  it("no more is taken", () => {
    const folder = exactFolder();
    const source = join(folder.path, "source");
    // Large enough for threads, and little of it data.
    writeIslands(source, 300, 160 * 1024);
    const startCopier = startCopierThread(copierFile);
    for (const [index, measured] of measure(source, variants).entries()) {
      expectForetold(source, variants[index]!, measured, folder, { startCopier });
    }
  });
});

describeWithQemu(`sources that qemu-img made (seed ${runSeed})`, () => {
  it("chains, flattened", () => {
    const folder = exactFolder();
    for (let index = 0; index < 6; index++) {
      const made = randomChain(random(runSeed + index), folder.path, `chain-${index}`);
      expectAllForetold(made.path, variants, folder);
    }
  });

  it("compressed clusters", () => {
    const folder = exactFolder();
    const [raw, source] = [join(folder.path, "raw"), join(folder.path, "source.qcow2")];
    writeRawFile(raw, patternDisk(random(runSeed), 3 * MIB));
    qemuImg(["convert", "-c", "-f", "raw", "-O", "qcow2", raw, source]);
    expectAllForetold(source, variants, folder);
    // How clusters are packed hangs on what is read at once.
    expect(measure(source, plainVariants)).toEqual(measure(raw, plainVariants));
  });
});

describe("measuring", () => {
  it("reads once for all targets, and counts what it has read", () => {
    const { path } = exactFolder();
    const source = join(path, "source");
    writeIslands(source, 40, MIB);
    const control = createControl();
    measure(source, plainVariants, control);
    expect([control.done, control.total]).toEqual([40 * 4096, 40 * 4096]);
  });

  it("reads a sample more for what is compressed", () => {
    const { path } = exactFolder();
    const source = join(path, "source");
    writeIslands(source, 40, MIB);
    const control = createControl();
    measure(source, [{ format: "qcow2", options: {}, compress: true }], control);
    // Each island of 4 KiB makes a cluster.
    expect([control.done, control.total]).toEqual([40 * 65_536, 40 * 65_536]);
  });

  it("stops when it is cancelled", () => {
    const { path } = exactFolder();
    const source = join(path, "source");
    writeIslands(source, 40, MIB);
    const control = createControl();
    let looks = 0;
    const afterSome = Object.create(control, {
      throwIfCancelled: {
        value: () => {
          looks += 1;
          if (looks === 60) control.cancel();
          control.throwIfCancelled();
        },
      },
    }) as Control;
    expect(() => measure(source, variants, afterSome)).toThrow(
      expect.objectContaining({ code: "cancelled" }),
    );
    expect(control.done).toBeLessThan(40 * 4096);
  });

  it("gives every variant that a disk of this size can have", () => {
    const { path } = exactFolder();
    const source = join(path, "source");
    writeIslands(source, 2, MIB);
    const request = { path: source, grants: [] };
    const measured = measureVariants(request, createControl());
    const known = writable.flatMap(({ id, variants: all = [] }) =>
      all.map(({ name }) => `${id} ${name}`),
    );
    expect(measured.map(({ format, variant }) => `${format} ${variant}`)).toEqual(known);
    expect(measured.find(({ variant }) => variant === "raw-sparse")).toMatchObject({
      provisioning: "thin",
      fileLength: 2 * MIB,
      allocated: 8192,
      fullyAllocated: 2 * MIB,
    });
  });

  it("leaves out what a disk of this size cannot be", () => {
    const { path } = exactFolder();
    const source = join(path, "source.qcow2");
    const spec = { size: 2 ** 52, options: { cluster_size: 2 * MIB } };
    createImage({ path: source, format: "qcow2", spec, replace: false, flush: false });
    const measured = measureVariants({ path: source, grants: [] }, createControl());
    const names = measured.map(({ variant }) => variant);
    expect(names).toContain("raw-sparse");
    // Clusters of 64 KiB reach to 2^51 bytes.
    expect(names).not.toContain("qcow2");
  });

  it("names every variant once", () => {
    const names = formats.flatMap(({ variants = [], furtherVariants = [] }) =>
      [...variants, ...furtherVariants].map(({ name }) => name),
    );
    expect(new Set(names).size).toBe(names.length);
  });

  it("refuses a format that is only read, and wrong options", () => {
    const { path } = exactFolder();
    const source = join(path, "source");
    writeIslands(source, 1, MIB);
    expect(() => measure(source, [{ format: "iso", options: {} }])).toThrow(
      expect.objectContaining({ code: "unsupported" }),
    );
    expect(() => measure(source, [{ format: "qcow2", options: { cluster_size: 3 } }])).toThrow(
      expect.objectContaining({ code: "invalid-argument" }),
    );
  });
});
