import { readdirSync, statSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  convert,
  createControl,
  ImageError,
  openImage,
  type OpenRequest,
} from "../../electron/engine";
import type { FormatId, OptionValues } from "../../shared/model/format";
import { mustBeIdentical, qemuImg } from "../helpers/qemu-img";
import { newFolder, removeFolder } from "../helpers/temp-folder";
import { makeMatrix, matrixIsMissing } from "./matrix";

const missing = matrixIsMissing();
const matrix = missing === undefined ? makeMatrix() : "";

/** The largest raw file that the host's file system is sure to hold sparsely. */
const largestRaw = 8 * 2 ** 40;

/** Larger ones are only mapped: qemu-img needs minutes for what is no raw or qcow2. */
const largestCompared = 100 * 2 ** 30;

/** What Lamina refuses, by the file's name: the code it must give, and why. */
const refused: readonly { name: RegExp; code: string; why: string }[] = [
  { name: /^missing-backing/, code: "missing-file", why: "its backing file is not there" },
  { name: /^json/, code: "unsupported", why: "its backing file is named by a protocol" },
  { name: /^zero-size\.qcow$/, code: "not-this-format", why: "qemu-img leaves an empty file" },
];

/** Encrypted images, and the passphrase of them all. */
const encrypted = /^(luks|aes)/;
const passphrase = "corpus";
const byOptions = ["--object", `secret,id=s,data=${passphrase}`, "--image-opts"];

interface Sample {
  /** Relative to the matrix. */
  readonly name: string;
  readonly path: string;
  readonly format: FormatId;
}

const folders = [
  "src",
  "qcow2",
  "chains",
  "chains/sub",
  "raw",
  "qcow1",
  "vmdk",
  "vdi",
  "vhd",
  "vhdx",
  "parallels",
];

const formatOf: Readonly<Record<string, FormatId>> = {
  ".raw": "raw",
  ".qcow2": "qcow2",
  ".qcow": "qcow",
  ".vmdk": "vmdk",
  ".vdi": "vdi",
  ".vhd": "vpc",
  ".vpc": "vpc",
  ".vhdx": "vhdx",
  ".hdd": "parallels",
  ".parallels": "parallels",
};

/** Parts of split and flat VMDKs, which are no images by themselves. */
const part = /-(flat|[sf]\d{3})\.vmdk$/;

/** Every image of the matrix in a format that Lamina reads. */
function samples(): Sample[] {
  if (missing !== undefined) return [];
  return folders.flatMap((folder) =>
    readdirSync(join(matrix, folder), { withFileTypes: true }).flatMap((entry): Sample[] => {
      const path = join(matrix, folder, entry.name);
      const format = formatOf[extname(entry.name)];
      if (!entry.isFile() || format === undefined || part.test(entry.name)) return [];
      return [{ name: join(folder, entry.name), path, format }];
    }),
  );
}

const title = ["images of the corpus", ...(missing ? [`(${missing})`] : [])].join(" ");

describe.skipIf(missing !== undefined)(title, () => {
  let folder: string;
  beforeAll(() => {
    folder = newFolder();
  });
  afterAll(() => removeFolder(folder));

  function convertTo(sample: Sample, target: FormatId, options: OptionValues): string {
    const to = join(folder, `target.${target}`);
    convert({
      source: { images: [requestOf(sample)] },
      target: to,
      format: target,
      options,
      replace: true,
      flush: false,
      control: createControl(),
    });
    return to;
  }

  /** Has qemu-img compare; run in the image's folder, where qemu resolves `file:` names. */
  function mustHoldTheSame(sample: Sample, qcow2: string): void {
    const name = basename(sample.path);
    const opened = encrypted.test(name)
      ? [...byOptions, `driver=${sample.format},encrypt.key-secret=s,file.filename=${name}`]
      : ["-f", sample.format, "-F", "qcow2", name];
    const made = encrypted.test(name) ? `driver=qcow2,file.filename=${qcow2}` : qcow2;
    qemuImg(["compare", "-q", ...opened, made], dirname(sample.path));
    qemuImg(["check", "-q", "-f", "qcow2", qcow2]);
  }

  it.each(samples())("$name", (sample) => {
    const before = statSync(sample.path);
    const name = basename(sample.path);
    const expected = refused.find((one) => one.name.test(name));
    const run = (): void => {
      const size = sizeOf(sample);
      if (size > largestCompared && !["raw", "qcow2"].includes(sample.format)) return;
      // qemu-img cannot open its own VMDK of no bytes.
      if (size === 0 && sample.format === "vmdk") return;
      const clusterSize = size > 2 ** 40 ? 2 ** 21 : 2 ** 16;
      const qcow2 = convertTo(sample, "qcow2", { cluster_size: clusterSize });
      mustHoldTheSame(sample, qcow2);
      // qemu-img may take long to read the sample: what holds the same as the qcow2 holds the same.
      if (size <= largestRaw) mustBeIdentical(convertTo(sample, "raw", {}), qcow2, "raw", "qcow2");
    };
    if (expected === undefined) {
      expect(run).not.toThrow();
    } else {
      expect(codeOf(run), expected.why).toBe(expected.code);
    }
    const { size, mtimeMs } = statSync(sample.path);
    expect({ size, mtimeMs }).toEqual({ size: before.size, mtimeMs: before.mtimeMs });
  });
});

function requestOf({ path, format }: Sample): OpenRequest {
  const request = { path, format, grants: "all" } as const;
  return encrypted.test(basename(path)) ? { ...request, passphrase } : request;
}

/** Virtual size in bytes: what the extents come to. */
function sizeOf(sample: Sample): number {
  const image = openImage(requestOf(sample));
  let end = 0;
  for (const { at, run } of image.extents()) end = at + run.length;
  image.close();
  expect(end).toBe(image.size);
  return end;
}

/** The code of the ImageError that `run` throws; undefined when it throws none. */
function codeOf(run: () => void): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof ImageError) return error.code;
    throw error;
  }
}
