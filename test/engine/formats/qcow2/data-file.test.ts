import { mkdirSync, renameSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { mapImage, openImage, reportImage } from "../../../../electron/engine";
import { expectBytes } from "../../../helpers/bytes";
import { patternDisk, writeRawFile } from "../../../helpers/pattern-disk";
import { describeWithQemu, qemuImg, qemuJson, runOracle } from "../../../helpers/qemu-img";
import { random, runSeed } from "../../../helpers/seed";
import { tempFolder } from "../../../helpers/temp-folder";
import { thrownBy } from "../../io/thrown";

const size = 2 ** 21 + 512;

interface Entry {
  readonly present: boolean;
  readonly offset?: number;
}

function readAll(path: string, grants: readonly string[] = []): Uint8Array {
  const image = openImage({ path, grants });
  const bytes = new Uint8Array(image.size);
  image.read(0, bytes);
  image.close();
  return bytes;
}

/** An image with data, zeros and gaps whose data lies in `data`. */
function make(folder: string, options: string, data = "a.data", backing: string[] = []): string {
  const path = join(folder, "a.qcow2");
  const all = `data_file=${data},${options}`;
  qemuImg(["create", "-q", "-f", "qcow2", "-o", all, ...backing, path, String(size)], folder);
  const writes = ["write -P 1 0 64k", "write -P 2 300k 700k", "write -z 320k 128k"];
  const commands = [...writes, "discard 640k 64k", "write -P 3 2M 512"];
  // To qemu the data file lies in the folder in which it runs.
  const args = ["-f", "qcow2", ...commands.flatMap((each) => ["-c", each]), path];
  expect(runOracle("qemu-io", args, folder)).toMatchObject({ status: 0, stderr: "" });
  return path;
}

describeWithQemu("external data files", () => {
  it.each([
    "data_file_raw=off",
    "data_file_raw=on",
    "data_file_raw=off,cluster_size=512",
    "data_file_raw=on,extended_l2=on",
  ])("(%s) are read and mapped as qemu-img does", (options) => {
    const folder = tempFolder();
    const path = make(folder, options);
    const raw = join(folder, "a.raw");
    qemuImg(["convert", "-f", "qcow2", "-O", "raw", path, raw], folder);
    expectBytes(readAll(path), readAll(raw));
    const told = qemuJson<Entry[]>(["map", path], folder);
    const image = openImage({ path, grants: [] });
    expect(image.layers[0]?.otherFiles).toMatchObject([{ name: join(folder, "a.data") }]);
    const mapped = Array.from(mapImage(image), ({ file, ...entry }) => {
      expect(file?.name).toBe(entry.data ? join(folder, "a.data") : undefined);
      return entry;
    });
    image.close();
    // Places of subclusters that are not allocated are not told.
    expect(mapped).toEqual(
      told.map(({ offset, ...entry }) =>
        offset === undefined || !entry.present ? entry : { ...entry, offset },
      ),
    );
  });

  it("stand over a backing file as any image does", () => {
    const folder = tempFolder();
    const disk = patternDisk(random(runSeed), size);
    writeRawFile(join(folder, "base.raw"), disk);
    const path = make(folder, "data_file_raw=off", "a.data", ["-b", "base.raw", "-F", "raw"]);
    const raw = join(folder, "a.raw");
    qemuImg(["convert", "-f", "qcow2", "-O", "raw", path, raw], folder);
    const bytes = readAll(path);
    expectBytes(bytes, readAll(raw));
    const from = 1200 * 1024;
    expectBytes(bytes.subarray(from, 2 ** 21), disk.bytes.subarray(from, 2 ** 21), from);
  });

  it("that are missing, elsewhere, not files or the image itself leave the facts", () => {
    const folder = tempFolder();
    const path = make(folder, "data_file_raw=off");
    const data = join(folder, "a.data");
    const reported = (): string | undefined => {
      const report = reportImage({ path, grants: [] });
      expect(report.layers[0]?.facts.dataFile).toBe("a.data");
      return report.unreadable?.code;
    };
    expect(reported()).toBeUndefined();
    renameSync(data, `${data}2`);
    expect(reported()).toBe("missing-file");
    expect(thrownBy(() => readAll(path))).toMatchObject({ code: "missing-file", file: data });
    mkdirSync(data);
    expect(reported()).toBe("refused");

    const below = join(folder, "below");
    mkdirSync(below);
    const outside = make(below, "data_file_raw=off", "../b.data");
    expect(thrownBy(() => readAll(outside)).code).toBe("refused");
    expect(readAll(outside, [join(folder, "b.data")])[0]).toBe(1);
  });

  it("that end too early are told", () => {
    const folder = tempFolder();
    const path = make(folder, "data_file_raw=off");
    // Within the last cluster its end reads as zeros, as in the image's own file.
    truncateSync(join(folder, "a.data"), 2 ** 21);
    expect(thrownBy(() => readAll(path)).code).toBe("truncated");
    truncateSync(join(folder, "a.data"), 500 * 1024);
    expect(thrownBy(() => readAll(path))).toMatchObject({
      code: "truncated",
      file: join(folder, "a.data"),
    });
  });

  it("are not opened for a base of undeclared format", () => {
    const folder = tempFolder();
    make(folder, "data_file_raw=off");
    // A qcow image does not say which format its backing file has.
    const over = join(folder, "over.qcow");
    const base = ["-b", "a.qcow2", "-F", "qcow2"];
    qemuImg(["create", "-q", "-u", "-f", "qcow", ...base, over, "1M"], folder);
    expect(thrownBy(() => readAll(over)).code).toBe("refused");
  });
});
