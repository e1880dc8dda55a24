import { readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import { convert } from "../../../electron/engine";
import { needsHoles } from "../../helpers/holes";
import { patternDisk, writeRawFile } from "../../helpers/pattern-disk";
import {
  describeWithQemu,
  mustBeIdentical,
  qemuImg,
  qemuIo,
  qemuJson,
} from "../../helpers/qemu-img";
import { random, runSeed, type Random } from "../../helpers/seed";
import { tempFolder } from "../../helpers/temp-folder";
import { allocatedBytes, jobOf, writeIslands } from "./convert-job";

afterEach(() => vi.unstubAllEnvs());

const MIB = 1024 * 1024;

/** A sound image, identical to its source, as long as qemu-img's own and taking no more room. */
function expectAsGood(source: string, target: string, sourceFormat: string, format: string): void {
  mustBeIdentical(source, target, sourceFormat, format);
  if (format === "qcow2") qemuImg(["check", "-f", "qcow2", target]);
}

/** Converts as qemu-img would, and compares the room that both took. */
function expectAsThin(
  source: string,
  target: string,
  sourceFormat: string,
  format: string,
  options: readonly string[],
): void {
  const theirs = `${target}.qemu`;
  qemuImg(["convert", "-f", sourceFormat, "-O", format, ...options, source, theirs]);
  const most = allocatedBytes(theirs) * 1.02 + 16 * 4096;
  expect(allocatedBytes(target)).toBeLessThanOrEqual(most);
  if (format === "raw") expect(statSync(target).size).toBe(statSync(theirs).size);
}

function randomRaw(path: string, numbers: Random, size = numbers.between(1, 6 * MIB)): void {
  writeRawFile(path, patternDisk(numbers, size), numbers);
}

describeWithQemu(`convert, seed ${runSeed}`, () => {
  const clusterSizes = [512, 1024, 4096, 65536, 2 * MIB];

  it.each(clusterSizes.map((clusterSize, index) => ({ clusterSize, index })))(
    "turns raw into qcow2 with clusters of $clusterSize bytes and back",
    ({ clusterSize, index }) => {
      const numbers = random(runSeed + index);
      const folder = tempFolder();
      const [source, middle, back] = ["a.raw", "b.qcow2", "c.raw"].map((n) => join(folder, n));
      randomRaw(source!, numbers);
      const options = { cluster_size: clusterSize };
      convert(
        jobOf(source!, middle!, "qcow2", {
          source: { path: source!, format: "raw", grants: [] },
          options,
        }),
      );
      expectAsGood(source!, middle!, "raw", "qcow2");
      expectAsThin(source!, middle!, "raw", "qcow2", ["-o", `cluster_size=${clusterSize}`]);
      convert(jobOf(middle!, back!, "raw"));
      expectAsGood(source!, back!, "raw", "raw");
      expectAsThin(middle!, back!, "qcow2", "raw", []);
    },
  );

  it.each([0, 1, 2, 3])("turns qemu's qcow2 into raw and qcow2, layout %i", (index) => {
    const numbers = random(runSeed + 100 + index);
    const folder = tempFolder();
    const [raw, source, toRaw, toQcow2] = ["r", "s", "t.raw", "t.qcow2"].map((n) =>
      join(folder, n),
    );
    randomRaw(raw!, numbers);
    const options = numbers.pick([
      "compat=1.1",
      "compat=0.10",
      "extended_l2=on",
      "preallocation=metadata",
      "cluster_size=512",
      "refcount_bits=1",
    ]);
    const compress = numbers.chance(0.5) && !options.startsWith("prealloc") ? ["-c"] : [];
    qemuImg(["convert", "-f", "raw", "-O", "qcow2", ...compress, "-o", options, raw!, source!]);
    convert(jobOf(source!, toRaw!, "raw"));
    expectAsGood(raw!, toRaw!, "raw", "raw");
    expectAsThin(source!, toRaw!, "qcow2", "raw", []);
    convert(jobOf(source!, toQcow2!, "qcow2"));
    expectAsGood(raw!, toQcow2!, "raw", "qcow2");
    expectAsThin(source!, toQcow2!, "qcow2", "qcow2", []);
  });

  it("flattens a chain of short and long layers", () => {
    const numbers = random(runSeed + 200);
    const folder = tempFolder();
    const path = (name: string) => join(folder, name);
    randomRaw(path("base"), numbers, 3 * MIB + 512);
    const layers = ["base", "middle", "top"];
    qemuImg(["create", "-f", "qcow2", "-b", "base", "-F", "raw", path("middle"), "5M"], folder);
    qemuImg(["create", "-f", "qcow2", "-b", "middle", "-F", "qcow2", path("top"), "4M"], folder);
    for (const layer of layers.slice(1)) {
      const places = numbers.shuffled(Array.from({ length: 64 }, (_, n) => n));
      qemuIo(
        path(layer),
        "qcow2",
        // qemu-io compresses only into clusters that are free.
        places.slice(0, 24).map((place, n) => {
          const at = place * 65536;
          const kind = numbers.pick([
            `write -P ${n + 1}`,
            "write -z",
            "write -z -u",
            `write -c -P ${n + 1}`,
          ]);
          return `${kind} ${at} 65536`;
        }),
      );
    }
    convert(jobOf(path("top"), path("flat.raw"), "raw"));
    expectAsGood(path("top"), path("flat.raw"), "qcow2", "raw");
    convert(jobOf(path("top"), path("flat.qcow2"), "qcow2"));
    expectAsGood(path("top"), path("flat.qcow2"), "qcow2", "qcow2");
    expect(
      qemuJson<{ "backing-filename"?: string }>(["info", path("flat.qcow2")]),
    ).not.toHaveProperty("backing-filename");
  });

  it.each([0, 1, 511, 512, 12_345, 65_537, MIB + 1])("keeps a disk of %i bytes", (size) => {
    const numbers = random(size + 1);
    const folder = tempFolder();
    const [source, qcow2, raw] = ["a", "b.qcow2", "c.raw"].map((name) => join(folder, name));
    const bytes = new Uint8Array(size);
    numbers.fill(bytes);
    writeFileSync(source!, bytes);
    const request = { path: source!, format: "raw", grants: [] } as const;
    convert(jobOf(source!, qcow2!, "qcow2", { source: request }));
    expectAsGood(source!, qcow2!, "raw", "qcow2");
    convert(jobOf(qcow2!, raw!, "raw"));
    expectAsGood(source!, raw!, "raw", "raw");
    expect(statSync(raw!).size).toBe(Math.ceil(size / 512) * 512);
  });

  it("needs no native calls", () => {
    vi.stubEnv("LAMINA_NO_NATIVE", "1");
    const numbers = random(runSeed + 300);
    const folder = tempFolder();
    const [source, target, raw] = ["a", "b.qcow2", "c.raw"].map((name) => join(folder, name));
    randomRaw(source!, numbers);
    const request = { path: source!, format: "raw", grants: [] } as const;
    convert(jobOf(source!, target!, "qcow2", { source: request, flush: true }));
    expectAsGood(source!, target!, "raw", "qcow2");
    expectAsThin(source!, target!, "raw", "qcow2", []);
    convert(jobOf(target!, raw!, "raw"));
    expectAsGood(source!, raw!, "raw", "raw");
    expectAsThin(target!, raw!, "qcow2", "raw", []);
  });

  it("copies more islands than one batch holds, and counts their bytes", (context) => {
    needsHoles(context);
    const folder = tempFolder();
    const [source, target] = ["a.raw", "b.qcow2"].map((name) => join(folder, name));
    const islands = 5000;
    writeIslands(source!, islands, 160 * 1024);
    const options = { cluster_size: 4096 };
    const job = jobOf(source!, target!, "qcow2", { options });
    const { dataBytes, fileLength, allocated } = convert(job);
    expectAsGood(source!, target!, "raw", "qcow2");
    expect(dataBytes).toBe(islands * 4096);
    expect(job.control.done).toBe(dataBytes);
    expect(job.control.total).toBe(dataBytes);
    expect(fileLength).toBe(statSync(target!).size);
    expect(allocated).toBe(allocatedBytes(target!));
    expect(readdirSync(folder).toSorted()).toEqual(["a.raw", "b.qcow2"]);
  });
});
