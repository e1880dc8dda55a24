import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { ImageError, openImage, type DiskImage } from "../../electron/engine";
import { foundImages, foundIsMissing } from "./found";

const missing = foundIsMissing();
const title = ["images that others made", ...(missing ? [`(${missing})`] : [])].join(" ");

const MiB = 1024 * 1024;
const block = 64 * 1024;

/** What Lamina says of an image whose guest bytes it does not give as listed, and why. */
const exceptions: readonly { path: RegExp; says: string; why: string }[] = [
  {
    path: /etcher-test-lzfse\.dmg$/,
    says: "unsupported",
    why: "LZFSE is not read",
  },
  { path: /\.E0[12]$/, says: "unsupported", why: "Expert Witness is not read" },
  { path: /cirros-snapshot/, says: "missing-file", why: "its backing file was not published" },
  {
    path: /invalid-qcow-(backing-file|large-memory)/,
    says: "invalid-header",
    why: "a damaged VMDK",
  },
  { path: /invalid-qcow-large-size/, says: "truncated", why: "its L1 table is past its end" },
  { path: /hfsplus\.hdd/, says: "missing-file", why: "its extent was not published" },
  { path: /fat-differential/, says: "missing-file", why: "its parent was not published" },
];

/** Images of which qemu-img could not tell the guest's bytes, or told others: what is right. */
const right: Readonly<Record<string, string>> = {
  // qemu-img wants the log replayed by writing; the row "#log-replayed" has the hash.
  "vhdx-log-replay.vhdx": "3ba3b309425b7ff5e8e0199edceed95226250f88",
  // libvhdi's reading: qemu-img finds a wrong checksum, and reads no differencing VHD.
  // dmg2img's readings: qemu-img reads no ADC, and takes a trailer without a size for an empty disk.
  "etcher-test-adc.dmg": "0786ad1fdcba31a3f03ee80e",
  // The same disk as the others of its makers; their qemu-img was built without bzip2.
  "etcher-test-bz2.dmg": "0786ad1fdcba31a3f03ee80e",
  "gpt-in-dmg.dmg": "403b8c24",
  "image.vhd": "c6db12a7db548e193c29420c1b4533e4708b20c5",
  "image-differential.vhd": "c6db12a7db548e193c29420c1b4533e4708b20c5",
};

describe.skipIf(missing !== undefined)(title, () => {
  const images = missing === undefined ? foundImages() : [];
  it.each(images)("$path", ({ path, file, guestHash }) => {
    const exception = exceptions.find((one) => one.path.test(path));
    if (exception !== undefined) {
      expect(codeOf(file), exception.why).toBe(exception.says);
      return;
    }
    const name = path.slice(path.lastIndexOf("/") + 1);
    const expected = right[name] ?? guestHash;
    const image = openImage({ path: file, grants: [] });
    try {
      if (image.broken) throw image.broken.error;
      const hash = guestHash.startsWith("sparse64k:") ? sparseHash(image) : plainHash(image);
      expect(hash.startsWith(expected), `${hash} is ${expected}`).toBe(true);
    } finally {
      image.close();
    }
  });
});

/** The code of the ImageError that reading the image ends with. */
function codeOf(file: string): string | undefined {
  try {
    const image = openImage({ path: file, grants: [] });
    try {
      if (image.broken) throw image.broken.error;
      plainHash(image);
    } finally {
      image.close();
    }
    return undefined;
  } catch (error) {
    if (error instanceof ImageError) return error.code;
    throw error;
  }
}

/** SHA-256 of all that the guest sees; of a raw file without what fills its last sector up. */
function plainHash(image: DiskImage): string {
  const [layer] = image.layers;
  const size = layer?.format === "raw" ? layer.source.size : image.size;
  const hash = createHash("sha256");
  const part = new Uint8Array(MiB);
  for (let at = 0; at < size; at += part.length) {
    const bytes = part.subarray(0, Math.min(part.length, size - at));
    image.read(at, bytes);
    hash.update(bytes);
  }
  return hash.digest("hex");
}

/** SHA-256 over a line for each block of 64 KiB that is not all zero: its offset and its own hash. */
function sparseHash(image: DiskImage): string {
  const hash = createHash("sha256");
  const zeros = new Uint8Array(block);
  const part = new Uint8Array(block);
  let next = 0;
  for (const { at, run } of image.extents()) {
    if (run.kind === "zero" || run.kind === "unallocated") continue;
    const first = Math.max(next, Math.floor(at / block) * block);
    for (next = first; next < at + run.length; next += block) {
      const bytes = part.subarray(0, Math.min(block, image.size - next));
      image.read(next, bytes);
      if (Buffer.compare(bytes, zeros.subarray(0, bytes.length)) === 0) continue;
      const own = createHash("sha256").update(bytes).digest("hex");
      hash.update(`${next.toString(16)} ${own}\n`);
    }
  }
  return `sparse64k:${hash.digest("hex")}`;
}
