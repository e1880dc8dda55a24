import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parallels } from "../../../../electron/engine/formats/parallels";
import { stackLayers, type DiskImage } from "../../../../electron/engine/image/disk-image";
import { closedGate, createGate } from "../../../../electron/engine/image/gate";
import { openFile } from "../../../../electron/engine/io/file";
import { layerFactsSchema } from "../../../../shared/model/facts";
import { expectBytes } from "../../../helpers/bytes";
import { describeWithQemu, qemuImg } from "../../../helpers/qemu-img";
import { patternDisk, writeRawFile } from "../../../helpers/pattern-disk";
import { random, runSeed } from "../../../helpers/seed";
import { tempFolder } from "../../../helpers/temp-folder";
import { plainFacts } from "../../../helpers/plain-facts";
import { filled, handmade, imageErrorOf, read, sector } from "./handmade";

const top = "{5fbaabe3-6958-40ff-92a7-860e329aab41}";
const root = "{11111111-2222-3333-4444-555555555555}";
const nil = "{00000000-0000-0000-0000-000000000000}";

interface ImageParts {
  readonly guid?: string;
  readonly type?: string;
  readonly file: string;
}

interface StorageParts {
  readonly start: number;
  readonly end: number;
  readonly images: readonly ImageParts[];
}

interface DescriptorParts {
  readonly size?: number;
  readonly storages: readonly StorageParts[];
  /** The content of Snapshots; left out when undefined. */
  readonly snapshots?: string;
  /** More of Disk_Parameters. */
  readonly parameters?: string;
}

/** The text of a DiskDescriptor.xml. */
function descriptor(parts: DescriptorParts): string {
  const { storages, snapshots, parameters = "" } = parts;
  const size = parts.size ?? Math.max(0, ...storages.map(({ end }) => end));
  const image = ({ guid = top, type = "Compressed", file }: ImageParts): string =>
    `<Image>\n<GUID>${guid}</GUID><Type>${type}</Type><File>${file}</File></Image>`;
  const storage = ({ start, end, images }: StorageParts): string =>
    `<Storage><Start>${start}</Start> <End>${end}</End><Blocksize>4</Blocksize>` +
    `${images.map(image).join("")}</Storage>`;
  return `<?xml version='1.0' encoding='UTF-8'?>
<!-- a comment, <with> a tag -->
<Parallels_disk_image Version="1.0">
  <Disk_Parameters><Disk_size>${size}</Disk_size>${parameters}</Disk_Parameters>
  <StorageData>${storages.map(storage).join("\n")}</StorageData>
  ${snapshots === undefined ? "" : `<Snapshots>${snapshots}</Snapshots>`}
</Parallels_disk_image>\n`;
}

const shot = (guid: string, parent: string): string =>
  `<Shot><GUID>${guid}</GUID><ParentGUID>${parent}</ParentGUID></Shot>`;

/** A bundle in a new folder; the answer is the path of its descriptor. */
function bundle(text: string, files: Readonly<Record<string, Uint8Array>> = {}): string {
  const folder = join(tempFolder(), "disk.hdd");
  mkdirSync(folder);
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
  const path = join(folder, "DiskDescriptor.xml");
  writeFileSync(path, text);
  return path;
}

function opened(path: string): DiskImage {
  const source = openFile(path);
  try {
    return stackLayers([parallels.open(source, createGate([]))]);
  } catch (error) {
    source.close();
    throw error;
  }
}

/** One cluster of 4 sectors, full of `value`, or absent. */
const expanding = (...values: readonly number[]): Uint8Array =>
  handmade({
    bat: values.map((value, index) => (value === 0 ? 0 : index + 1)),
    clusters: Object.fromEntries(values.map((value, index) => [(index + 1) * 4, value])),
  });

const oneStorage = (file: string, type = "Compressed") => [
  { start: 0, end: 8, images: [{ file, type }] },
];

describe("a disk by its descriptor", () => {
  it("is one expanding image", () => {
    const path = bundle(descriptor({ storages: oneStorage("a.hds"), snapshots: shot(top, nil) }), {
      "a.hds": expanding(1, 0),
    });
    const source = openFile(path);
    expect(parallels.probe(source)).toBe(true);
    source.close();
    const image = opened(path);
    expect(image.size).toBe(8 * sector);
    expectBytes(read(image, 0, 4096), Uint8Array.of(...filled(2048, 1), ...filled(2048, 0)));
    expect([...image.extents()].map(({ run }) => run.kind)).toEqual(["data", "unallocated"]);
    image.close();
  });

  it("is one plain image", () => {
    const path = bundle(descriptor({ storages: oneStorage("a.hds", "Plain") }), {
      "a.hds": filled(4096, 7),
    });
    const image = opened(path);
    expect(image.layers[0]?.blockSize).toBe(1);
    expectBytes(read(image, 0, 4096), filled(4096, 7));
    image.close();
  });

  it("is split, its parts told in any order", () => {
    const storages = [
      { start: 12, end: 20, images: [{ file: "c.hds" }] },
      { start: 0, end: 8, images: [{ file: "a.hds" }] },
      { start: 8, end: 12, images: [{ file: "b.hds", type: "Plain" }] },
    ];
    const path = bundle(descriptor({ storages }), {
      "a.hds": expanding(1, 2),
      "b.hds": filled(2048, 3),
      "c.hds": expanding(4, 5),
    });
    const image = opened(path);
    expect(image.size).toBe(20 * sector);
    for (const [index, value] of [1, 2, 3, 4, 5].entries())
      expectBytes(read(image, index * 2048, 2048), filled(2048, value));
    const whole = read(image, 1000, 8000);
    for (const [at, value] of whole.entries())
      if (value !== Math.floor((at + 1000) / 2048) + 1) throw new Error(`byte ${at} is ${value}`);
    image.close();
  });

  it("has snapshots: what the top lacks is its parent's", () => {
    const middle = "{22222222-2222-3333-4444-555555555555}";
    const storages = [0, 12].map((start) => ({
      start,
      end: start + 12,
      images: [
        { guid: root, file: `root${start}`, type: start === 0 ? "Plain" : "Compressed" },
        { guid: top, file: `top${start}` },
        { guid: middle, file: `middle${start}` },
      ],
    }));
    const snapshots = shot(root, nil) + shot(middle, root) + shot(top, middle);
    const path = bundle(descriptor({ storages, snapshots }), {
      root0: filled(12 * sector, 9),
      middle0: expanding(0, 8, 0),
      top0: expanding(7, 0, 0),
      root12: expanding(1, 1, 0),
      middle12: expanding(2, 0, 0),
      top12: expanding(0, 3, 0),
    });
    const image = opened(path);
    for (const [index, value] of [7, 8, 9, 2, 3, 0].entries())
      expectBytes(read(image, index * 2048, 2048), filled(2048, value));
    expect(plainFacts(image.layers[0]?.facts).details).toContainEqual({
      name: "snapshots",
      value: 2,
    });
    image.close();
  });

  it("may name its top", () => {
    const storages = [
      {
        start: 0,
        end: 4,
        images: [
          { guid: top, file: "a" },
          { guid: root, file: "b" },
        ],
      },
    ];
    const snapshots = `<TopGUID>${root}</TopGUID>${shot(top, nil)}${shot(root, nil)}`;
    const files = { a: expanding(1), b: expanding(2) };
    const image = opened(bundle(descriptor({ storages, snapshots }), files));
    expectBytes(read(image, 0, 2048), filled(2048, 2));
    image.close();
  });

  it("tells its facts", () => {
    const parameters = `<Name>a &amp; b</Name><UID>{A}</UID><Padding>0</Padding>
      <Encryption><Engine>${nil}</Engine><Data/></Encryption><LogicSectorSize>512</LogicSectorSize>`;
    const image = opened(
      bundle(descriptor({ storages: oneStorage("a.hds"), parameters }), {
        "a.hds": handmade({ bat: [0, 0], inUse: 0x746f6e59 }),
      }),
    );
    expect(plainFacts(layerFactsSchema.parse(image.layers[0]?.facts))).toEqual({
      version: "1.0",
      clusterSize: 2048,
      dirty: true,
      snapshots: [],
      bitmaps: [],
      details: [
        { name: "Name", value: "a & b" },
        { name: "UID", value: "a" },
        { name: "storages", value: 1 },
        { name: "snapshots", value: 0 },
        { name: "Compressed image", value: "a.hds" },
      ],
    });
    image.close();
  });
});

describe("a descriptor is refused", () => {
  const files = { a: expanding(1, 2), plain: filled(4095, 1) };
  const refusal = (text: string): string => imageErrorOf(() => opened(bundle(text, files))).code;

  it.each([
    ["that names a file outside", { storages: oneStorage("../a") }, "refused"],
    ["that names a file by its path", { storages: oneStorage("/etc/passwd") }, "refused"],
    ["whose file is not there", { storages: oneStorage("b") }, "missing-file"],
    ["without a file's name", { storages: oneStorage("") }, "unsupported"],
    ["whose image is none", { storages: oneStorage("plain") }, "not-this-format"],
    ["whose plain image is short", { storages: oneStorage("plain", "Plain") }, "truncated"],
    ["with an image of another type", { storages: oneStorage("a", "Raw") }, "unsupported"],
    [
      "of an encrypted disk",
      { parameters: `<Encryption><Engine>${top}</Engine></Encryption>` },
      "unsupported",
    ],
    ["of a padded disk", { parameters: "<Padding>1</Padding>" }, "unsupported"],
    ["of other sectors", { parameters: "<LogicSectorSize>4096</LogicSectorSize>" }, "unsupported"],
    ["whose storages end early", { size: 9 }, "invalid-header"],
    ["whose storages end late", { size: 7 }, "invalid-header"],
    ["without storages", { storages: [], size: 8 }, "invalid-header"],
    ["with a size that is none", { size: Number.NaN }, "invalid-header"],
    ["with a size past 2^53", { size: 2 ** 50 }, "invalid-header"],
    ["with a gap", { storages: [{ start: 1, end: 8, images: [{ file: "a" }] }] }, "invalid-header"],
    [
      "whose image is too small",
      { storages: [{ start: 0, end: 12, images: [{ file: "a" }] }] },
      "invalid-header",
    ],
    [
      "without the top's image",
      {
        storages: [{ start: 0, end: 8, images: [{ file: "a", guid: root }] }],
        snapshots: shot(top, nil),
      },
      "invalid-header",
    ],
    ["without a snapshot's parent", { snapshots: shot(top, root) }, "invalid-header"],
    ["whose snapshots loop", { snapshots: shot(top, root) + shot(root, top) }, "cycle"],
    ["of a snapshot on itself", { snapshots: shot(top, top) }, "cycle"],
  ] as readonly [string, Partial<DescriptorParts>, string][])("%s", (_, parts, code) => {
    expect(refusal(descriptor({ storages: oneStorage("a"), ...parts }))).toBe(code);
  });

  it("of too many files", () => {
    const storages = Array.from({ length: 257 }, (_, n) => ({
      start: n * 8,
      end: n * 8 + 8,
      images: [{ file: "a" }],
    }));
    expect(refusal(descriptor({ storages }))).toBe("limit");
    const fewer = opened(bundle(descriptor({ storages: storages.slice(0, 256) }), files));
    expectBytes(read(fewer, 255 * 4096, 2048), filled(2048, 1));
    fewer.close();
  });

  it("of more than a MiB", () => {
    const text = descriptor({ storages: oneStorage("a") });
    expect(refusal(text + " ".repeat(2 ** 20 + 1 - text.length))).toBe("limit");
  });

  it.each([
    ["cut off", (text: string) => text.slice(0, -30)],
    ["with a tag left open", (text: string) => text.replace("</Storage>", "")],
    ["with tags crossed", (text: string) => text.replace("</File></Image>", "</Image></File>")],
    ["with a document type", (text: string) => text.replace("<!--", "<!DOCTYPE a><!--")],
    ["with a comment left open", (text: string) => text.replace("-->", "")],
    ["with text behind it", (text: string) => `${text}x`],
    ["with two roots", (text: string) => `${text}<a/>`],
    ["with a broken tag", (text: string) => text.replace("<Storage>", "<Storage")],
    ["too deep", (text: string) => text.replace("<Storage>", "<a>".repeat(70))],
  ])("whose XML is %s", (_, change) => {
    expect(refusal(change(descriptor({ storages: oneStorage("a") })))).toBe("invalid-header");
  });

  it("by the gate of a stranger's image, which opens nothing", () => {
    const path = bundle(descriptor({ storages: oneStorage("a") }), files);
    const source = openFile(path);
    expect(imageErrorOf(() => parallels.open(source, closedGate)).code).toBe("refused");
    source.close();
  });

  it(`with random bytes changed, or read (seed ${runSeed})`, () => {
    const r = random(runSeed);
    const whole = new TextEncoder().encode(
      descriptor({ storages: oneStorage("a"), snapshots: shot(top, nil) }),
    );
    const path = bundle("", files);
    for (let turn = 0; turn < 300; turn += 1) {
      const bytes = whole.slice();
      for (let changes = r.between(1, 4); changes > 0; changes -= 1)
        bytes[r.between(0, bytes.length)] = r.between(0, 128);
      writeFileSync(path, bytes);
      try {
        opened(path).close();
      } catch (error) {
        expect(error).toMatchObject({ name: "ImageError" });
      }
    }
  });
});

describe("XML", () => {
  it("has entities, character data, attributes and empty elements", () => {
    const text = descriptor({
      storages: oneStorage("a"),
      parameters: `<Name Protected="a > b" Other='"'>&lt;&#65;&#x42;&quot;&none;<![CDATA[<&amp;]]></Name><Data/>`,
    });
    const image = opened(bundle(text, { a: expanding(1, 2) }));
    const name = image.layers[0]?.facts.details.find((each) => each.name === "Name");
    expect(name?.value).toBe('<AB"&none;<&amp;');
    image.close();
  });

  it("takes no longer for being long", () => {
    const blanks = `<a${" ".repeat(500_000)}`;
    const began = performance.now();
    for (const junk of [blanks, `${blanks}=`, "<a>".repeat(60_000), "&".repeat(500_000)])
      imageErrorOf(() => opened(bundle(`<Parallels_disk_image>${junk}`)));
    expect(performance.now() - began).toBeLessThan(20_000);
  });
});

describeWithQemu("images made by qemu-img, as parts of a disk", () => {
  it(`read like the array model (seed ${runSeed})`, () => {
    const r = random(runSeed);
    const sizes = [3, 5, 2].map((mebibytes) => mebibytes * 2048);
    const path = bundle("");
    const disks = sizes.map((sectors, n) => {
      const disk = patternDisk(r, sectors * sector);
      const file = join(path, "..", `${n}.hds`);
      writeRawFile(`${file}.raw`, disk);
      qemuImg([
        "convert",
        "-f",
        "raw",
        "-O",
        "parallels",
        "-o",
        "cluster_size=64k",
        `${file}.raw`,
        file,
      ]);
      return disk.bytes;
    });
    const starts = [0, sizes[0]!, sizes[0]! + sizes[1]!];
    const storages = sizes.map((sectors, n) => ({
      start: starts[n]!,
      end: starts[n]! + sectors,
      images: [{ file: `${n}.hds` }],
    }));
    writeFileSync(path, descriptor({ storages, snapshots: shot(top, nil) }));
    const image = opened(path);
    expectBytes(read(image, 0, image.size), Buffer.concat(disks));
    image.close();
  });
});
