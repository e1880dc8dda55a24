import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { convert, createControl, openImage } from "../../../../electron/engine";
import { expectBytes } from "../../../helpers/bytes";
import { describeWithQemu, qemuImg, qemuIo } from "../../../helpers/qemu-img";
import { random, runSeed, type Random } from "../../../helpers/seed";
import { tempFolder } from "../../../helpers/temp-folder";
import { thrownBy } from "../../io/thrown";

function readAll(path: string, snapshot?: number): Uint8Array {
  const image = openImage({ path, grants: [], ...(snapshot !== undefined && { snapshot }) });
  const bytes = new Uint8Array(image.size);
  image.read(0, bytes);
  image.close();
  return bytes;
}

/** What qemu-img sees in the active disk now. */
function active(path: string): Uint8Array {
  const raw = `${path}.raw`;
  qemuImg(["convert", "-f", "qcow2", "-O", "raw", path, raw]);
  return readFileSync(raw);
}

function change(r: Random, path: string, size: number): void {
  qemuIo(
    path,
    "qcow2",
    Array.from({ length: 8 }, () => {
      const at = r.between(0, size / 512) * 512;
      const length = Math.min(size - at, r.between(1, 400) * 512);
      const what = r.pick([`write -P ${r.between(1, 256)}`, "write -z", "discard"]);
      return `${what} ${at} ${length}`;
    }),
  );
}

const layouts = [
  "compat=1.1",
  "compat=0.10,cluster_size=512",
  "extended_l2=on",
  "refcount_bits=4,cluster_size=4k",
];

describeWithQemu("internal snapshots", () => {
  it.each(layouts.map((options, i) => [options, runSeed + i] as const))(
    "(%s, seed %i) are the disks that they were, each of its own size",
    (options, seed) => {
      const r = random(seed);
      const folder = tempFolder();
      const path = join(folder, "a.qcow2");
      qemuImg(["create", "-q", "-f", "raw", join(folder, "base.raw"), "900k"]);
      writeFileSync(join(folder, "base.raw"), new Uint8Array(900 * 1024).fill(0xba));
      const backing = ["-b", "base.raw", "-F", "raw"];
      qemuImg(["create", "-q", "-f", "qcow2", "-o", options, ...backing, path, "1M"]);
      // Version 2 images with snapshots cannot be resized.
      const sizes = options.includes("0.10") ? [2 ** 20, 2 ** 20] : [2 ** 20, 3 * 2 ** 20, 2 ** 21];
      const were = sizes.map((size, i) => {
        if (!options.includes("0.10"))
          qemuImg(["resize", "-q", "--shrink", "-f", "qcow2", path, String(size)]);
        change(r, path, size);
        const bytes = active(path);
        qemuImg(["snapshot", "-c", `number ${i}`, path]);
        return bytes;
      });
      change(r, path, sizes.at(-1) ?? 0);
      were.forEach((bytes, i) => expectBytes(readAll(path, i), bytes));
      expectBytes(readAll(path), active(path));

      const target = join(folder, "one.raw");
      const control = createControl();
      const source = { images: [{ path, grants: [], snapshot: 0 }] };
      const job = { options: {}, replace: true, flush: false, control } as const;
      convert({ ...job, source, target, format: "raw" });
      expectBytes(readFileSync(target), were[0] ?? new Uint8Array());
    },
  );

  it("are not to be had where there are none", () => {
    const folder = tempFolder();
    const path = join(folder, "a.qcow2");
    qemuImg(["create", "-q", "-f", "qcow2", path, "1M"]);
    expect(thrownBy(() => readAll(path, 0))).toMatchObject({ code: "invalid-argument", found: 0 });
    qemuImg(["create", "-q", "-f", "raw", join(folder, "a.raw"), "1M"]);
    expect(thrownBy(() => readAll(join(folder, "a.raw"), 0))).toMatchObject({
      code: "unsupported",
      found: "Raw disk",
    });
  });

  it("with a damaged entry are refused, and the active disk is not", () => {
    const folder = tempFolder();
    const whole = join(folder, "whole.qcow2");
    const path = join(folder, "a.qcow2");
    qemuImg(["create", "-q", "-f", "qcow2", whole, "1M"]);
    qemuIo(whole, "qcow2", ["write -P 1 0 1M"]);
    qemuImg(["snapshot", "-c", "x", whole]);
    const table = Number(readFileSync(whole).readBigUInt64BE(64));
    const damaged = (patch: (bytes: Buffer) => void) => {
      copyFileSync(whole, path);
      const bytes = readFileSync(path);
      patch(bytes);
      writeFileSync(path, bytes);
      expect(readAll(path)[5]).toBe(1);
      return thrownBy(() => readAll(path, 0)).code;
    };
    expect(damaged((bytes) => bytes.writeBigUInt64BE(3n, table))).toBe("invalid-table");
    expect(damaged((bytes) => bytes.writeBigUInt64BE(0n, table))).toBe("invalid-table");
    expect(damaged((bytes) => bytes.writeBigUInt64BE(2n ** 40n, table))).toBe("truncated");
    expect(damaged((bytes) => bytes.writeUInt32BE(0, table + 8))).toBe("invalid-table");
    expect(damaged((bytes) => bytes.writeUInt32BE(2 ** 30, table + 8))).toBe("limit");
    expect(damaged((bytes) => bytes.writeBigUInt64BE(2n ** 50n, table + 48))).toBe("invalid-table");
  });
});
