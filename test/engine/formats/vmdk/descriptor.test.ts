import { describe, expect, it } from "vitest";
import { vmdk } from "../../../../electron/engine/formats/vmdk";
import { memorySource } from "../../../../electron/engine/io/memory";
import { marked } from "./bytes";
import { descriptorText, hosted } from "./handmade";
import { guestBytes, imageErrorOf, memoryGate, openBytes, runsOf } from "./opened";
import { plainFacts } from "../../../helpers/plain-facts";

const flat = marked(1, 2048);
const isVmdk = (text: string): boolean => vmdk.probe(memorySource(Buffer.from(text)));

describe("descriptor", () => {
  it.each([
    ["plain", 'RW 4 FLAT "a.bin" 0'],
    ["lower case and tabs", '\trw\t4\tflat\t"a.bin"\t0  '],
    ["no quotation marks", "RW 4 FLAT a.bin 0"],
    ["all seven fields", 'RW 4 FLAT "a.bin" 0 "f0 0d" \\\\.\\PhysicalDrive1'],
    ["read only", 'RDONLY 4 FLAT "a.bin" 0'],
    ["VMFS without an offset", 'RW 4 VMFS "a.bin"'],
  ])("extent line: %s", (_, line) => {
    const layer = openBytes(descriptorText([line]), { "a.bin": flat });
    expect(guestBytes(layer)).toEqual(flat);
  });

  it.each(["twoGbMaxExtentSparse", "2GbMaxExtentSparse", "vmfsThin", "custom", ""])(
    "the extents' own types count, not createType %o",
    (createType) => {
      const sparse = hosted({ capacity: 16, grains: new Map([[0, marked(2, 8192)]]) });
      const text = descriptorText(['RW 16 SPARSE "a-s001.vmdk"', 'RW 4 FLAT "a.bin" 0'], {
        createType,
      });
      const layer = openBytes(text, { "a.bin": flat, "a-s001.vmdk": sparse.file.bytes() });
      expect(guestBytes(layer)).toEqual(Uint8Array.of(...marked(2, 8192), ...flat));
      expect(layer.facts.details).toContainEqual({ name: "createType", value: createType });
    },
  );

  it("a flat extent begins at its offset", () => {
    const layer = openBytes(descriptorText(['RW 2 FLAT "a.bin" 1']), { "a.bin": flat });
    expect(guestBytes(layer)).toEqual(flat.subarray(512, 1536));
  });

  it("spaces, case, line ends, a byte order mark and unknown keys do no harm", () => {
    const text = [
      "\ufeff",
      "#   disk DescriptorFile  ",
      "  VERSION = 3 ",
      'Encoding = "UTF-8"',
      "unknown.key = anything at all = more",
      'cid = "ABCDEF01" ',
      "PARENTCID =ffffffff",
      "createtype= custom ",
      'RW 4   FLAT   "ä b.bin"   0',
      'changeTrackPath="a-ctk.vmdk"',
      "ddb.adapterType=buslogic",
      "ddb.uuid = \"60 00 C2 9e\"\0\0\0\0RW 4 FLAT 'never read' 0",
    ].join("\r\n");
    const layer = openBytes(text, { "ä b.bin": flat });
    expect(guestBytes(layer)).toEqual(flat);
    expect(layer.facts.version).toBe("3");
    expect(layer.facts.formatSpecific).toMatchObject({
      cid: 0xabcdef01,
      "parent-cid": 0xffffffff,
      "create-type": "custom",
    });
    expect(plainFacts(layer.facts).details).toEqual(
      expect.arrayContaining([
        { name: "changeTrackPath", value: "a-ctk.vmdk" },
        { name: "ddb.adapterType", value: "buslogic" },
        { name: "ddb.uuid", value: "60 00 C2 9e" },
      ]),
    );
    expect(isVmdk(text)).toBe(true);
  });

  it.each([
    ["GBK", "磁盘.bin", [0xb4, 0xc5, 0xc5, 0xcc, 0x2e, 0x62, 0x69, 0x6e]],
    ["Big5", "磁碟.bin", [0xba, 0xcf, 0xba, 0xd0, 0x2e, 0x62, 0x69, 0x6e]],
    // The second byte of the second letter is a backslash.
    ["Shift_JIS", "表ソ.bin", [0x95, 0x5c, 0x83, 0x5c, 0x2e, 0x62, 0x69, 0x6e]],
    ["windows-932", "表ソ.bin", [0x95, 0x5c, 0x83, 0x5c, 0x2e, 0x62, 0x69, 0x6e]],
    ["windows-1252", "größe.bin", [0x67, 0x72, 0xf6, 0xdf, 0x65, 0x2e, 0x62, 0x69, 0x6e]],
    ["never-heard-of", "größe.bin", [0x67, 0x72, 0xf6, 0xdf, 0x65, 0x2e, 0x62, 0x69, 0x6e]],
  ])("encoding %s", (encoding, name, bytes) => {
    const text = descriptorText(['RW 4 FLAT "@" 0'], { more: `encoding="${encoding}"` });
    const [before = "", after = ""] = text.split("@");
    const file = Buffer.concat([Buffer.from(before), Buffer.from(bytes), Buffer.from(after)]);
    expect(guestBytes(openBytes(file, { [name]: flat }))).toEqual(flat);
  });

  // Written out by hand, without the encoder that the reader's decoder belongs to.
  const utf16 = (text: string, order: "little" | "big"): Buffer => {
    const units = Array.from(`\ufeff${text}`, (letter) => letter.charCodeAt(0));
    const pair = (unit: number) => [unit & 0xff, unit >> 8];
    return Buffer.from(
      units.flatMap((unit) => (order === "little" ? pair(unit) : pair(unit).reverse())),
    );
  };

  it.each([
    ["monolithicFlat", "little"],
    ["monolithicFlat", "big"],
    ["twoGbMaxExtentFlat", "little"],
    ["twoGbMaxExtentSparse", "big"],
  ] as const)("%s in UTF-16 with a byte order mark, %s-endian", (createType, order) => {
    const isSparse = createType === "twoGbMaxExtentSparse";
    const sparse = hosted({ capacity: 16, grains: new Map([[0, marked(2, 8192)]]) });
    const line = isSparse ? 'RW 16 SPARSE "größe 磁盘.bin"' : 'RW 4 FLAT "größe 磁盘.bin" 0';
    const text = descriptorText([line, "RW 4 ZERO"], { createType, more: 'encoding="UTF-16LE"' });
    // Padding, and what must not be taken for a line.
    const file = Buffer.concat([utf16(text, order), Buffer.alloc(7), Buffer.from("RW 1 ZERO\n")]);
    const content = isSparse ? sparse.file.bytes() : flat;
    const layer = openBytes(file, { "größe 磁盘.bin": content });
    const guest = isSparse ? marked(2, 8192) : flat;
    expect(guestBytes(layer)).toEqual(Uint8Array.of(...guest, ...new Uint8Array(2048)));
    expect(layer.facts.formatSpecific).toMatchObject({
      cid: 0x12345678,
      "create-type": createType,
    });
    expect(vmdk.probe(memorySource(file))).toBe(true);
  });

  it("extents of type ZERO, which qemu-img leaves out, and of several kinds", () => {
    const sparse = hosted({ capacity: 32, grains: new Map([[1, marked(2, 8192)]]) });
    const lines = ['RW 4 FLAT "a.bin" 0', "RW 8 ZERO", 'RW 32 SPARSE "b.vmdk"', "RW 0 ZERO"];
    const layer = openBytes(descriptorText(lines), {
      "a.bin": flat,
      "b.vmdk": sparse.file.bytes(),
    });
    const expected = new Uint8Array(44 * 512);
    expected.set(flat);
    expected.set(marked(2, 8192), 12 * 512 + 8192);
    expect(guestBytes(layer)).toEqual(expected);
    expect(layer.blockSize).toBe(8192);
    expect(layer.facts.clusterSize).toBeUndefined();
    expect(runsOf(layer).map(([, , kind]) => kind)).toEqual([
      "data",
      "zero",
      "unallocated",
      "data",
    ]);
  });

  it("the descriptor's size of a sparse extent counts, not its header's", () => {
    const sparse = hosted({ capacity: 32, grains: new Map([[0, marked(2, 8192)]]) });
    const lines = ['RW 24 SPARSE "b.vmdk"', 'RW 4 FLAT "a.bin" 0'];
    const files = { "a.bin": flat, "b.vmdk": sparse.file.bytes() };
    const layer = openBytes(descriptorText(lines), files);
    expect(layer.size).toBe(28 * 512);
    expect(guestBytes(layer).subarray(24 * 512)).toEqual(flat);
    const larger = descriptorText(['RW 33 SPARSE "b.vmdk"']);
    expect(imageErrorOf(() => openBytes(larger, files))).toMatchObject({
      code: "invalid-header",
      expected: "16896 bytes",
      found: 16384,
    });
  });

  it("an extent marked NOACCESS keeps the others readable", () => {
    const lines = ['RW 4 FLAT "a.bin" 0', 'NOACCESS 4 FLAT "gone.bin" 0'];
    const layer = openBytes(descriptorText(lines), { "a.bin": flat });
    expect(layer.map(0, 4096)).toMatchObject({ kind: "data", length: 2048 });
    expect(imageErrorOf(() => layer.map(2048, 512)).code).toBe("unsupported");
  });

  it.each([
    ["a size that is no number", 'RW many FLAT "a.bin" 0', "invalid-header"],
    ["no type", "RW 4", "invalid-header"],
    ["no file", "RW 4 FLAT", "invalid-header"],
    ["an empty name", 'RW 4 FLAT "" 0', "invalid-header"],
    ["a quotation mark that is not closed", 'RW 4 FLAT "a.bin 0', "invalid-header"],
    ["an offset that is no number", 'RW 4 FLAT "a.bin" x', "invalid-header"],
    ["FLAT without an offset", 'RW 4 FLAT "a.bin"', "invalid-header"],
    ["a device", 'RW 4 VMFSRDM "disk-rdm.vmdk"', "unsupported"],
    ["a file that is not there", 'RW 4 FLAT "b.bin" 0', "missing-file"],
    ["a sparse extent that is none", 'RW 4 SPARSE "a.bin"', "not-this-format"],
    ["a size past 2^53", 'RW 9007199254740991 FLAT "a.bin" 0', "limit"],
    ["an offset past 2^53", 'RW 4 FLAT "a.bin" 9007199254740991', "limit"],
    ["both together past 2^53", 'RW 17592186044415 FLAT "a.bin" 17592186044415', "limit"],
    ["no extent at all", "# nothing", "invalid-header"],
  ])("refuses %s", (_, line, code) => {
    const open = (): unknown => openBytes(descriptorText([line]), { "a.bin": flat });
    expect(imageErrorOf(open).code).toBe(code);
  });

  it("refuses a flood of extents and an endless text before opening anything", () => {
    const gate = { ...memoryGate(), open: () => expect.unreachable("something was opened") };
    const flood = Array.from({ length: 5000 }, () => 'RW 1 FLAT "a.bin" 0');
    const open = (text: string): unknown => vmdk.open(memorySource(Buffer.from(text)), gate);
    expect(imageErrorOf(() => open(descriptorText(flood))).code).toBe("limit");
    const endless = descriptorText(['RW 1 FLAT "a.bin" 0']) + "# ".repeat(2 ** 20);
    expect(imageErrorOf(() => open(endless)).code).toBe("limit");
  });

  it("is not seen in other texts", () => {
    expect(isVmdk("version=1\n")).toBe(false);
    expect(isVmdk("#!/bin/sh\nversion=1\necho $version\n")).toBe(false);
    expect(isVmdk("/lost+found\n/a_directory\n")).toBe(false);
    expect(isVmdk("")).toBe(false);
    expect(isVmdk("version=1\nCID=1\n")).toBe(true);
    expect(vmdk.probe(memorySource(Uint8Array.of(0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 52)))).toBe(
      false,
    );
  });
});

describe("parent", () => {
  const extent = ['RW 32 SPARSE "b.vmdk"'];
  const files = { "b.vmdk": hosted({ capacity: 32 }).file.bytes() };
  const withParent = (parentCid: string, hint: string) =>
    openBytes(descriptorText(extent, { parentCid, more: hint }), files);

  it("is named by its hint when there is a parentCID", () => {
    const layer = withParent("0000beef", 'parentFileNameHint="C:\\VMs\\base.vmdk"');
    expect(layer.parent).toEqual({
      name: "C:\\VMs\\base.vmdk",
      format: "vmdk",
      expects: { identity: { CID: ["0000beef"] } },
    });
    expect(layer.facts.details).toContainEqual({ name: "parentCID", value: "0000beef" });
  });

  it("is none where parentCID says so, whatever the hint", () => {
    const layer = withParent("ffffffff", 'parentFileNameHint="base.vmdk"');
    expect(layer.parent).toBeUndefined();
    expect(layer.map(0, 512).kind).toBe("unallocated");
  });

  it("that is not named makes missing bytes an error, not zeros", () => {
    const layer = withParent("0000beef", "");
    expect(layer.parent).toBeUndefined();
    expect(imageErrorOf(() => layer.map(0, 512)).code).toBe("missing-file");
  });

  it("is believed when the parentCID itself is damaged", () => {
    const { parent } = withParent("?", 'parentFileNameHint="base.vmdk"');
    expect(parent).toEqual({ name: "base.vmdk", format: "vmdk" });
  });
});
