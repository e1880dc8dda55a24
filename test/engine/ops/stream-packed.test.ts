import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { convertInSteps, createControl, openImage } from "../../../electron/engine";
import type { FormatId, OptionValues } from "../../../shared/model/format";
import { expectBytes } from "../../helpers/bytes";
import { patternDisk } from "../../helpers/pattern-disk";
import { random, runSeed } from "../../helpers/seed";
import { tempFolder } from "../../helpers/temp-folder";
import { fixed } from "../formats/vhd/handmade";
import { thrownBy } from "../io/thrown";
import { archive, type HandmadeEntry } from "../wrappings/archive";
import { pack } from "../wrappings/packed";
import { jobOf } from "./convert-job";

const MIB = 2 ** 20;
/** More than is looked at before the conversion begins. */
const { bytes: disk } = patternDisk(random(runSeed), 7 * MIB + 512);

interface How {
  readonly format?: FormatId;
  readonly options?: OptionValues;
  readonly compress?: boolean;
  readonly member?: string;
}

/** Converts a packed file in a folder of its own; tells how many files were there at most. */
function converted(bytes: Uint8Array, { member, format = "qcow2", ...over }: How = {}) {
  const folder = tempFolder();
  const [path, target] = [join(folder, "packed"), join(folder, "new")];
  writeFileSync(path, bytes);
  const control = createControl();
  const image = { path, grants: [], ...(member !== undefined && { member }) };
  const source = { images: [image] };
  let most = 0;
  const steps = convertInSteps(jobOf(path, target, format, { source, control, ...over }));
  for (let step = steps.next(); step.done !== true; step = steps.next())
    most = Math.max(most, readdirSync(folder).length);
  expect(control.done).toBe(control.total);
  expect(readdirSync(folder).toSorted()).toEqual(["new", "packed"]);
  const made = openImage({ path: target, grants: [] });
  const guest = new Uint8Array(made.size);
  made.read(0, guest);
  made.close();
  return { most, guest, target };
}

const tarred = (...entries: HandmadeEntry[]): Uint8Array => pack.gz(archive(entries));
const alone = tarred({ name: "disk.raw", data: disk });

describe(`a packed raw disk is converted with nothing beside the target (seed ${runSeed})`, () => {
  it.each(["gz", "xz", "zst"] as const)("compressed, out of %s", (id) => {
    const { most, guest, target } = converted(pack[id](disk), { compress: true });
    expect(most).toBe(2);
    expectBytes(guest, disk);
    const plain = converted(pack[id](disk));
    expect(readFileSync(target).length).toBeLessThan(readFileSync(plain.target).length);
  });

  it.each<[string, How]>([
    ["qcow2", {}],
    ["compressed qcow2", { compress: true }],
    ["VHDX", { format: "vhdx" }],
    ["VMDK", { format: "vmdk", options: { subformat: "streamOptimized" } }],
    ["raw", { format: "raw" }],
    ["raw, by its name", { format: "raw", member: "disk.raw" }],
  ])("out of an archive as %s", (_, how) => {
    const { most, guest } = converted(alone, how);
    expect(most).toBe(2);
    expectBytes(guest, disk);
  });

  it("out of an archive that begins with a folder, whatever lies behind the end", () => {
    const bytes = archive([
      { name: "./", type: "5" },
      { name: "./disk.raw", data: disk.subarray(0, 5 * MIB + 100) },
    ]);
    const { most, guest } = converted(pack.gz(Buffer.concat([bytes, new Uint8Array(9000)])));
    expect(most).toBe(2);
    expectBytes(guest.subarray(0, 5 * MIB + 100), disk.subarray(0, 5 * MIB + 100));
    expect(guest.length).toBe(5 * MIB + 512);
  });
});

describe("a packed archive is unpacked first", () => {
  it("where the disk ends as another image", () => {
    const { most, guest } = converted(tarred({ name: "disk.img", data: fixed(disk) }));
    expect(most).toBe(3);
    expectBytes(guest, disk);
  });

  it("where there is more in it", () => {
    const notes = { name: "notes.txt", data: new Uint8Array(4096).fill(65) };
    const first = tarred({ name: "disk.raw", data: disk }, notes);
    expect(converted(first)).toMatchObject({ most: 3 });
    expect(converted(first, { member: "disk.raw" })).toMatchObject({ most: 2 });
    const second = tarred(notes, { name: "disk.raw", data: disk });
    expectBytes(converted(second).guest, disk);
  });

  it("and refused where there are two disks, or it is cut off", () => {
    const two = tarred({ name: "a.raw", data: disk }, { name: "b.raw", data: disk });
    const refused = thrownBy(() => converted(two));
    expect(`${refused.message} ${String(refused.found)}`).toContain("b.raw");
    expectBytes(converted(two, { member: "b.raw" }).guest, disk);
    const whole = archive([{ name: "disk.raw", data: disk }]);
    const cut = pack.gz(whole.subarray(0, 6 * MIB));
    expect(thrownBy(() => converted(cut)).code).toBe("truncated");
    expect(["truncated", "corrupt-data"]).toContain(
      thrownBy(() => converted(alone.subarray(0, -4))).code,
    );
  });
});

describe.each(["gz", "xz", "zst"] as const)("the beginning of a disk is told, out of %s", (id) => {
  const noise = new Uint8Array(3 * MIB);
  random(runSeed).fill(noise);
  const packed = pack.gz(noise);

  it("refused where the disk is packed a second time", () => {
    expect(thrownBy(() => converted(pack[id](packed))).code).toBe("unsupported");
    const archived = pack[id](archive([{ name: "disk.raw.gz", data: packed }]));
    expect(thrownBy(() => converted(archived)).code).toBe("unsupported");
  });

  it("not from what lies further behind, where a part may begin", () => {
    const marked = disk.slice();
    for (let at = 2 ** 14; at < marked.length; at += 2 ** 14) marked.set([0x1f, 0x8b, 8, 0], at);
    const { most, guest } = converted(pack[id](marked), { compress: true });
    expect(most).toBe(2);
    expectBytes(guest, marked);
  });
});
