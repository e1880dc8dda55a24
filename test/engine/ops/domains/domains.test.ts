import { chmodSync, linkSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { domainsOf } from "../../../../electron/engine/ops/domains/domains";
import { tempFolder } from "../../../helpers/temp-folder";

/** A definition as `virsh dumpxml --inactive` prints it. */
function definition(name: string, disks: string): string {
  return `<!--
WARNING: THIS IS AN AUTO-GENERATED FILE. CHANGES TO IT ARE LIKELY TO BE
OVERWRITTEN AND LOST. Changes to this xml configuration should be made using:
  virsh edit ${name}
-->
<domain type='kvm'>
  <name>${name}</name>
  <uuid>4dea22b3-1d52-d8f3-2516-782e98ab3fa0</uuid>
  <memory unit='KiB'>2097152</memory>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    ${disks}
    <interface type='network'><source network='default'/></interface>
  </devices>
</domain>
`;
}

const disk = (driver: string, source: string, target = "dev='vda' bus='virtio'") =>
  `<disk type='file' device='disk'>${driver}<source file='${source}'/><target ${target}/></disk>`;

function setUp() {
  const root = tempFolder();
  const [libvirt, images] = [join(root, "libvirt"), join(root, "images")];
  for (const folder of [libvirt, images]) mkdirSync(folder);
  const image = join(images, "web & co.qcow2");
  writeFileSync(image, "");
  const define = (name: string, text: string) => writeFileSync(join(libvirt, `${name}.xml`), text);
  return {
    root,
    libvirt,
    images,
    image,
    define,
    ask: (format: "qcow2" | "raw" | "iso" | "vhdx" = "qcow2", path = image) =>
      domainsOf({ path, format }, [libvirt]),
  };
}

describe("the VMs of an image", () => {
  it("are told with their disk, and nothing is found where the type is right", () => {
    const { libvirt, images, define, ask } = setUp();
    const written = join(images, "web &amp; co.qcow2");
    define("web", definition("web", disk("<driver name='qemu' type='qcow2'/>", written)));
    define("other", definition("other", disk("<driver type='raw'/>", join(images, "other.img"))));
    define("net", "<network><name>default</name></network>");
    expect(ask()).toEqual({
      unreadable: [],
      uses: [
        {
          file: join(libvirt, "web.xml"),
          name: "web",
          uuid: "4dea22b3-1d52-d8f3-2516-782e98ab3fa0",
          device: "disk",
          target: "vda",
          bus: "virtio",
          driverType: "qcow2",
          source: join(images, "web & co.qcow2"),
          findings: [],
        },
      ],
    });
  });

  it("are found through a link to the image's folder, and by libvirt's notes of a running one", () => {
    const { root, images, define, ask } = setUp();
    symlinkSync(images, join(root, "pool"));
    const xml = definition(
      "web",
      disk("<driver type='qcow2'/>", join(root, "pool/web &amp; co.qcow2")),
    );
    define(
      "web",
      `<domstatus state='running' pid='1'>${xml.replace(/<!--.*-->/s, "")}</domstatus>`,
    );
    expect(ask().uses).toMatchObject([{ name: "web", findings: [] }]);
    // Another file of the same name is another disk.
    define("web", definition("web", disk("<driver type='raw'/>", "/elsewhere/web &amp; co.qcow2")));
    expect(ask().uses).toEqual([]);
  });

  it.each([
    [
      "<driver name='qemu' type='raw' cache='none' discard=\"unmap\"/>",
      "qcow2",
      "raw-declared",
      "<driver name='qemu' type='qcow2' cache='none' discard='unmap'/>",
    ],
    [
      "<driver name='qemu' type='qcow2'/>",
      "raw",
      "other-declared",
      "<driver name='qemu' type='raw'/>",
    ],
    [
      "<driver name='qemu' io='native'/>",
      "qcow2",
      "undeclared",
      "<driver name='qemu' io='native' type='qcow2'/>",
    ],
    ["", "qcow2", "undeclared", "<driver name='qemu' type='qcow2'/>"],
  ] as const)("with %s over %s are told what to change", (driver, format, id, line) => {
    const { images, define, ask } = setUp();
    define("web", definition("web", disk(driver, join(images, "web &amp; co.qcow2"))));
    expect(ask(format).uses.flatMap(({ findings }) => findings)).toEqual([{ id, line }]);
  });

  it("are not blamed for raw discs, for no type over raw, nor for a format that libvirt has no name for", () => {
    const { images, define, ask } = setUp();
    define(
      "web",
      definition("web", disk("<driver type='raw'/>", join(images, "web &amp; co.qcow2"))),
    );
    expect(ask("iso").uses[0]?.findings).toEqual([]);
    expect(ask("raw").uses[0]?.findings).toEqual([]);
    expect(ask("vhdx").uses[0]?.findings).toEqual([]);
    define("web", definition("web", disk("", join(images, "web &amp; co.qcow2"))));
    expect(ask("raw").uses[0]?.findings).toEqual([]);
  });

  it("that were copied together with it still name its old place", () => {
    const { images, image, ask } = setUp();
    const old = "/var/lib/libvirt/images/web &amp; co.qcow2";
    const source = `<driver type='qcow2'/>`;
    writeFileSync(join(images, "vm.xml"), definition("web", disk(source, old)));
    expect(ask().uses[0]).toMatchObject({
      source: "/var/lib/libvirt/images/web & co.qcow2",
      findings: [{ id: "elsewhere", line: `<source file='${image.replace("&", "&amp;")}'/>` }],
    });
  });

  it("that only lie beside it do not make us look at the place that they name", () => {
    const { root, images, image, ask } = setUp();
    const other = join(root, "web & co.qcow2");
    linkSync(image, other);
    const named = other.replace("&", "&amp;");
    writeFileSync(join(images, "vm.xml"), definition("web", disk("<driver type='qcow2'/>", named)));
    // It is the same file, which only looking there would tell.
    expect(ask().uses[0]?.findings).toMatchObject([{ id: "elsewhere" }]);
  });

  it("may be many, damaged, huge or missing, and nothing throws", () => {
    const { libvirt, image, define, ask } = setUp();
    define("half", definition("web", disk("", image)).slice(0, 300));
    define("entities", `<!DOCTYPE x [<!ENTITY a "aaaa">]>${definition("web", "&a;")}`);
    define("empty", "");
    define("huge", definition("web", disk("", image)));
    truncateSync(join(libvirt, "huge.xml"), 2 ** 30);
    mkdirSync(join(libvirt, "folder.xml"));
    symlinkSync("/dev/zero", join(libvirt, "device.xml"));
    symlinkSync("nowhere", join(libvirt, "nothing.xml"));
    expect(ask()).toEqual({ uses: [], unreadable: [] });
    define("many", definition("web", disk("", image.replace("&", "&amp;")).repeat(300)));
    expect(ask().uses).toHaveLength(100);
    expect(domainsOf({ path: join(libvirt, "gone.img"), format: "raw" }, ["/not/there"])).toEqual({
      uses: [],
      unreadable: [],
    });
  });

  it.skipIf(process.getuid?.() === 0)("say where they could not be read", () => {
    const { libvirt, ask, define } = setUp();
    define("web", definition("web", ""));
    chmodSync(join(libvirt, "web.xml"), 0);
    expect(ask().unreadable).toEqual([libvirt]);
  });
});
