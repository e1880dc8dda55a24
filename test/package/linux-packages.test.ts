import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { debFiles, made, run } from "./made";

describe.runIf(process.platform === "linux")("the Linux packages", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "lamina-deb-"));
    run("dpkg-deb", ["--extract", made.deb, folder]);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("install the program in /opt, the rest where desktops look for it", () => {
    const outside = debFiles().filter((path) => !path.endsWith("/") && !path.startsWith("/opt/"));
    const icons =
      /^\/usr\/share\/icons\/hicolor\/[\dx]+\/(?:apps\/lamina|mimetypes\/lamina-disk-image)\.png$/;
    expect(outside.filter((path) => !icons.test(path)).sort()).toEqual([
      "/usr/bin/lamina",
      "/usr/share/applications/lamina.desktop",
      "/usr/share/doc/lamina/copyright",
      "/usr/share/icons/hicolor/scalable/apps/lamina.svg",
      "/usr/share/icons/hicolor/scalable/mimetypes/lamina-disk-image.svg",
      "/usr/share/metainfo/app.lamina.Lamina.metainfo.xml",
      "/usr/share/mime/packages/lamina.xml",
    ]);
    for (const size of [16, 32, 48, 256, 512]) {
      for (const name of ["apps/lamina", "mimetypes/lamina-disk-image"]) {
        const png = readFileSync(
          join(folder, `usr/share/icons/hicolor/${size}x${size}/${name}.png`),
        );
        expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([size, size]);
      }
    }
  });

  it("belong to root, and no one else may write to them", () => {
    const lines = run("dpkg-deb", ["--contents", made.deb]).split("\n");
    const wrong = lines.filter((line) => {
      const [mode = "", owner = ""] = line.split(/\s+/);
      const [user, group] = owner.split("/");
      const closed = /^(?:[-d]rw[-x]r-[-x]r-[-x]|lrwxrwxrwx)$/.test(mode);
      return !closed || user !== "root" || group !== "root";
    });
    expect(wrong).toEqual([]);
  });

  it("hold the same files as deb and as rpm", () => {
    const rpm = run("rpm", ["-qlp", made.rpm]).split("\n");
    const deb = debFiles().filter((path) => !path.endsWith("/"));
    const folders = new Set(debFiles().map((path) => path.replace(/\/$/, "")));
    expect(rpm.filter((path) => deb.includes(path)).sort()).toEqual(deb.sort());
    expect(rpm.filter((path) => !folders.has(path))).toEqual([]);
  });

  it("hold the program's folder as tar.gz too", () => {
    const inTar = run("tar", ["--list", "--gzip", "--file", made.tarball]).split("\n");
    const names = inTar.map((path) => path.replace(/^[^/]+\/(?:\.\/)?/, "/opt/Lamina/"));
    const own = debFiles().filter(
      // What only an installation needs.
      (path) => path.startsWith("/opt/Lamina/") && !path.endsWith("/apparmor-profile"),
    );
    for (const path of own) expect(names).toContain(path);
  });

  it("run from wherever the tar.gz is unpacked", () => {
    const place = join(folder, "Pröbe mit Leerzeichen");
    mkdirSync(place);
    run("tar", ["--extract", "--gzip", "--file", made.tarball, "--directory", place]);
    const lamina = join(place, `lamina-${made.version}`, "bin/lamina");
    const env = { DISPLAY: "", WAYLAND_DISPLAY: "" };
    expect(run(lamina, ["--version"], env)).toContain(made.version);
    const image = join(place, "größe.vhdx");
    run("qemu-img", ["create", "-q", "-f", "vhdx", image, "16M"]);
    const info: unknown = JSON.parse(run(lamina, ["info", "--output=json", image], env));
    expect(info).toMatchObject({ format: "vhdx", "virtual-size": 16 * 1024 ** 2 });
  });

  it("have a desktop entry and AppStream metadata without fault", () => {
    run("desktop-file-validate", [join(folder, "usr/share/applications/lamina.desktop")]);
    const metainfo = join(folder, "usr/share/metainfo/app.lamina.Lamina.metainfo.xml");
    run("appstreamcli", ["validate", "--no-net", metainfo]);
    expect(readFileSync(metainfo, "utf8")).toContain(`<release version="${made.version}"`);
  });
});
