import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loopDevicesOn } from "../../../electron/engine/io/host-processes";
import { machineOf, tellsUsers } from "../../../electron/engine/ops/in-use";
import { tempFolder } from "../../helpers/temp-folder";

/** A folder like Linux's /sys/block. */
function blockDevices(files: Readonly<Record<string, string>>): string {
  const folder = tempFolder();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

describe("loop devices over a file", () => {
  it("are found by what the host says of each", () => {
    const folder = blockDevices({
      "loop0/loop/backing_file": "/vms/a b.raw\n",
      "loop0/ro": "0\n",
      "loop1/loop/backing_file": "/vms/a b.raw\n",
      "loop1/ro": "1\n",
      "loop2/loop/backing_file": "/vms/other.raw\n",
      "loop2/ro": "0\n",
      // Free, and no loop device.
      "loop3/ro": "0\n",
      "sda/loop/backing_file": "/vms/a b.raw\n",
    });
    expect(loopDevicesOn("/vms/a b.raw", folder)).toEqual([
      { device: "/dev/loop0", readOnly: false },
      { device: "/dev/loop1", readOnly: true },
    ]);
    expect(loopDevicesOn("/vms/none.raw", folder)).toEqual([]);
    expect(loopDevicesOn("/vms/a b.raw", join(folder, "absent"))).toEqual([]);
  });
});

describe("the machine's name in a command line", () => {
  it.each([
    ["-name web01", "web01"],
    ["--name web01 -S", "web01"],
    ["-m 1G -name guest=web01,debug-threads=on", "web01"],
    ["-name debug-threads=on,guest=web01", "web01"],
    ["-name guest=a,,b,process=x", "a,b"],
    ["-name web01,process=x", "web01"],
    ["-name", undefined],
    ["-name guest=", undefined],
    ["-m 1G -nodefaults", undefined],
  ])("%s: %s", (line, machine) => {
    expect(machineOf(["/usr/bin/qemu-system-x86_64", ...line.split(" ")])).toBe(machine);
  });
});

it.each([
  ["linux", "ext", true],
  ["linux", "NFS", false],
  ["linux", "unknown", false],
  ["darwin", "unknown", false],
  ["win32", "unknown", false],
])("whether %s tells who has a file on %s open: %s", (platform, kind, tells) => {
  expect(tellsUsers(platform, kind)).toBe(tells);
});
