import { describe, expect, it } from "vitest";
import { folderOf, isAbsolute, nameOf } from "../../renderer/api/paths";

describe("paths", () => {
  it.each([
    ["/srv/vm/web.qcow2", "/srv/vm", "web.qcow2"],
    ["/web.qcow2", "/", "web.qcow2"],
    [String.raw`/srv/back\slash.img`, "/srv", String.raw`back\slash.img`],
    [String.raw`C:\vm\web.qcow2`, String.raw`C:\vm`, "web.qcow2"],
    [String.raw`C:\web.qcow2`, "C:\\", "web.qcow2"],
    [String.raw`\\server\share\web.qcow2`, String.raw`\\server\share`, "web.qcow2"],
    ["D:/vm/web.qcow2", "D:/vm", "web.qcow2"],
  ])("%s lies in %s as %s", (path, folder, name) => {
    expect(folderOf(path)).toBe(folder);
    expect(nameOf(path)).toBe(name);
  });

  it.each([
    ["/srv/a.img", true],
    [String.raw`C:\a.img`, true],
    ["C:/a.img", true],
    [String.raw`\\server\share\a.img`, true],
    ["a.img", false],
    ["./a.img", false],
    ["", false],
    ["C:a.img", false],
  ])("%s is absolute: %s", (path, absolute) => {
    expect(isAbsolute(path)).toBe(absolute);
  });
});
