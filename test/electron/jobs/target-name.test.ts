import { describe, expect, it } from "vitest";
import { suggestTarget } from "../../../electron/jobs/target-name";

const known = ["raw", "img", "qcow2", "iso"];
const free = (): boolean => false;

describe.skipIf(process.platform === "win32")("a suggested target", () => {
  it.each([
    ["/srv/disk.raw", "qcow2", "/srv/disk.qcow2"],
    ["/srv/disk.IMG", "qcow2", "/srv/disk.qcow2"],
    ["/srv/disk", "raw", "/srv/disk.raw"],
    ["/srv/debian-12.5", "qcow2", "/srv/debian-12.5.qcow2"],
    ["/srv/a.b.img", "raw", "/srv/a.b.raw"],
    ["/srv/.img", "raw", "/srv/.img.raw"],
    ["/disk.qcow2", "raw", "/disk.raw"],
  ])("for %s as %s is %s", async (source, extension, target) => {
    expect(await suggestTarget(source, extension, known, free)).toBe(target);
  });

  it("gets a number while its name is taken", async () => {
    const taken = new Set(["/srv/disk.raw", "/srv/disk-2.raw"]);
    const isTaken = (path: string): Promise<boolean> => Promise.resolve(taken.has(path));
    expect(await suggestTarget("/srv/disk.raw", "raw", known, isTaken)).toBe("/srv/disk-3.raw");
  });
});
