import { describe, expect, it } from "vitest";
import { fileArguments, switchValue } from "../../electron/file-arguments";

const packed = { defaultApp: false, workingFolder: "/home/ann" };
const unpacked = { defaultApp: true, workingFolder: "/home/ann" };

describe.skipIf(process.platform === "win32")("files on the command line", () => {
  it("are absolute, or start from the folder it was typed in", () => {
    const argv = ["/opt/Lamina/lamina", "disk.qcow2", "../b.img", "/srv/c.iso"];
    expect(fileArguments(argv, packed)).toEqual([
      "/home/ann/disk.qcow2",
      "/home/b.img",
      "/srv/c.iso",
    ]);
  });

  it("may be file: URLs, with what desktops put into them", () => {
    const argv = ["lamina", "file:///srv/my%20disks/%C3%A9t%C3%A9.img", "FILE:///srv/b.img"];
    expect(fileArguments(argv, packed)).toEqual(["/srv/my disks/été.img", "/srv/b.img"]);
  });

  it.each(["file://server/share/a.img", "file:///a%2Fb", "file:///%E9"])(
    "stay as they are when the URL %s is no path of this host",
    (url) => {
      const [path] = fileArguments(["lamina", url], packed);
      expect(path).toMatch(/^\/home\/ann\/file:/);
    },
  );

  it("are told from switches, and from the folder of an unpacked app", () => {
    const argv = [
      "electron",
      "--no-sandbox",
      "--inspect=0",
      "-r",
      "/x/loader.js",
      "/src/lamina",
      "--lamina-screenshot=/pictures/a.png",
      "a.img",
      "--log-level=3",
      "",
      "b.img",
    ];
    expect(fileArguments(argv, unpacked)).toEqual(["/home/ann/a.img", "/home/ann/b.img"]);
    expect(fileArguments(["electron", "/src/lamina"], unpacked)).toEqual([]);
    expect(switchValue(argv, "lamina-screenshot")).toBe("/pictures/a.png");
    expect(switchValue(argv, "screenshot")).toBeUndefined();
  });

  it("may begin with a dash after --", () => {
    expect(fileArguments(["lamina", "--", "-a.img", "--"], packed)).toEqual([
      "/home/ann/-a.img",
      "/home/ann/--",
    ]);
  });
});
