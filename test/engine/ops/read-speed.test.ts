import { statSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createControl, readSpeed } from "../../../electron/engine";
import { describeWithQemu, qemuImg, qemuIo } from "../../helpers/qemu-img";
import { tempFolder } from "../../helpers/temp-folder";

const MiB = 2 ** 20;

describeWithQemu("the speed of reading", () => {
  function makeImage(): string {
    const path = join(tempFolder(), "disk.qcow2");
    qemuImg(["create", "-q", "-f", "qcow2", path, "8448k"]);
    qemuIo(path, "qcow2", ["write -q -P 1 1M 2M"]);
    return path;
  }

  it("counts every byte of the disk and of the file, and those that nothing stores", () => {
    const path = makeImage();
    const size = 8448 * 1024;
    const length = statSync(path).size;
    for (const pattern of ["sequential", "random"] as const) {
      const requestSize = pattern === "random" ? 4096 : MiB;
      for (const [side, bytes] of [["guest", size] as const, ["file", length] as const]) {
        const control = createControl();
        const request = { path, grants: [], side, pattern, seconds: 30 };
        const { first, again, asked, ...rest } = readSpeed(request, control);
        // Every block once, in whatever order.
        const requests = Math.ceil(bytes / requestSize);
        expect({ asked, size: rest.size, requestSize }).toEqual({
          asked: bytes,
          size: bytes,
          requestSize: rest.requestSize,
        });
        expect(first).toMatchObject({ bytes, requests });
        expect(first.seconds).toBeGreaterThan(0);
        // Whole rounds, as many as it takes to be timed well.
        const rounds = again.bytes / bytes;
        expect(rounds).toBeGreaterThanOrEqual(1);
        expect(again).toMatchObject({ bytes: rounds * bytes, requests: rounds * requests });
        expect(Number.isInteger(rounds)).toBe(true);
        expect(again.seconds).toBeGreaterThanOrEqual(0.25);
        if (side === "guest") expect(rest.unstored).toBe(size - 2 * MiB);
        expect(control.done).toBe(2 * bytes);
      }
    }
  });

  it("draws random places that do not come twice", () => {
    const path = join(tempFolder(), "thin.qcow2");
    qemuImg(["create", "-q", "-f", "qcow2", path, "2T"]);
    const request = { path, grants: [], side: "guest", pattern: "random", seconds: 30 } as const;
    const { asked, unstored } = readSpeed(request, createControl());
    expect(asked).toBe(65_536 * 4096);
    expect(unstored).toBe(asked);
  });

  it("ends at its time, and tells of what it has read", () => {
    const path = makeImage();
    const request = { path, grants: [], side: "guest", pattern: "random", seconds: 0 } as const;
    const { first, again, asked } = readSpeed(request, createControl());
    expect(asked).toBe(8448 * 1024);
    expect([first.bytes, again.bytes]).toEqual([0, 0]);
  });

  it("can be cancelled", () => {
    const control = createControl();
    control.cancel();
    const request = { path: makeImage(), grants: [], side: "file", seconds: 1 } as const;
    expect(() => readSpeed({ ...request, pattern: "sequential" }, control)).toThrow("Cancelled");
  });
});
