import type { FormatId } from "../../shared/model/format";
import { hasProgram } from "../../build/bootstrap/system-packages.mjs";
import { packWith } from "../helpers/packers";
import { patternDisk } from "../helpers/pattern-disk";
import type { Packing } from "../../electron/engine/wrappings/packing";
import type { Random } from "../helpers/seed";
import { handmade as dmg, holding as dmgHolding, types } from "../engine/formats/dmg/handmade";
import { handmade as vhd, utf16 } from "../engine/formats/vhd/handmade";
import { entry, guids, handmade as vhdx, MiB, read } from "../engine/formats/vhdx/handmade";
import { cowd, seSparse } from "../engine/formats/vmdk/esx-handmade";
import { descriptorText, hosted } from "../engine/formats/vmdk/handmade";
import { gptDisk } from "../engine/inside/gpt-disk";
import { baseName } from "./regions";

/** A whole image and what it needs beside it. */
export interface HandmadeImage {
  readonly name: string;
  readonly format: FormatId;
  readonly file: string;
  readonly bytes: Uint8Array;
  /** Other files in its folder: their bytes, or where they are to be copied from. */
  readonly besides?: Readonly<Record<string, Uint8Array | string>>;
  readonly passphrase?: string;
  /** The bytes that are packed in it. */
  readonly inside?: { readonly bytes: Uint8Array; readonly packing: Packing["id"] };
}

const grain = (value: number): Uint8Array => new Uint8Array(8192).fill(value);

/** Images of the kinds that neither our writers nor qemu-img make. */
export function handmadeImages(size: number, random: Random): HandmadeImage[] {
  return [...partitioned(), ...vmdks(), ...children(), ...discs(size, random), bundle()];
}

function partitioned(): HandmadeImage[] {
  const plain = { size: 128 * 1024, sectorSize: 512, partitions: [[40, 99] as const] };
  return [false, true].map((hybrid) => ({
    name: `raw: GPT${hybrid ? " with a hybrid MBR" : ""}`,
    format: "raw",
    file: "disk.img",
    bytes: gptDisk({ ...plain, hybrid }),
  }));
}

function vmdks(): HandmadeImage[] {
  const grains = new Map([
    [1, grain(1)],
    [3, grain(3)],
  ]);
  const small = new Map([...grains].map(([index, bytes]) => [index, bytes.subarray(0, 4096)]));
  const places = new Map(
    [...small].map(([index, content]) => [index, { index: index - 1, content }]),
  );
  const image = (name: string, bytes: Uint8Array, more = {}): HandmadeImage => ({
    name: `vmdk: ${name}`,
    format: "vmdk",
    file: "disk.vmdk",
    bytes,
    ...more,
  });
  const sparse = { capacity: 128, grains };
  const text = (lines: readonly string[], about = {}): Uint8Array =>
    new TextEncoder().encode(`${descriptorText(lines, about)}${"#".repeat(200)}\n`);
  const embedded = descriptorText([`RW 128 SPARSE "disk.vmdk"`], {
    createType: "monolithicSparse",
  });
  const flat = [`RW 64 FLAT "${baseName}" 0`, "RW 64 ZERO", `RW 64 FLAT "flat.img" 8`];
  return [
    image("hosted", hosted({ ...sparse, descriptor: embedded }).file.bytes()),
    image(
      "streamed",
      hosted({ ...sparse, compressed: true, footer: true, descriptor: embedded }).file.bytes(),
    ),
    image("described flat extents", text(flat), {
      besides: { [baseName]: new Uint8Array(65536).fill(1), "flat.img": new Uint8Array(65536) },
    }),
    image(
      "described COWD extent",
      text(['RW 128 VMFSSPARSE "cowd.img"'], { createType: "vmfsSparse" }),
      {
        besides: { "cowd.img": cowd(128, 16, grains) },
      },
    ),
    image("COWD", cowd(128, 16, grains)),
    image("seSparse", seSparse(64, places)),
  ];
}

/** Differencing disks. */
function children(): HandmadeImage[] {
  const blocks = [{ bitmap: new Uint8Array(512).fill(0xaa), data: new Uint8Array(4096).fill(7) }];
  const locator = { code: "W2ru", bytes: utf16(`.\\${baseName}`, "little") };
  const parts = { table: [undefined, 0, undefined], blocks };
  const parent = vhd({ ...parts, type: 3 });
  const child = vhd({ ...parts, type: 4, parentName: baseName, locators: [locator] });
  const parentLocator = {
    parent_linkage: `{${guids.dataWrite}}`,
    relative_path: `.\\${baseName}`,
    absolute_win32_path: `c:\\${baseName}`,
  };
  const file = { size: 2 * MiB, bat: { 0: entry(6, 4) }, fileSize: 5 * MiB };
  const vhdxChild = vhdx({ ...file, flags: 2, parentLocator });
  const vhdxParent = vhdx(file);
  return [
    {
      name: "vpc: differencing",
      format: "vpc",
      file: "child.vhd",
      bytes: child,
      besides: { [baseName]: parent },
    },
    {
      name: "vhdx: differencing",
      format: "vhdx",
      file: "child.vhdx",
      bytes: read(vhdxChild, 0, vhdxChild.size),
      besides: { [baseName]: read(vhdxParent, 0, vhdxParent.size) },
    },
  ];
}

function discs(size: number, random: Random): HandmadeImage[] {
  const { bytes } = patternDisk(random, size, 20_000);
  const inChunk = (type: number, packed: Uint8Array): Uint8Array => {
    const count = bytes.length / 512;
    const chunks = [{ type, start: 0, count, at: 0, stored: packed.length }];
    return dmg({ data: packed, tables: [{ chunks }], sectors: count });
  };
  const images = {
    zlib: dmgHolding(bytes, [types.zlib], random, "any"),
    ADC: dmgHolding(bytes, [types.raw, types.adc], random, "any"),
    ...(hasProgram("bzip2") && { bzip2: inChunk(types.bzip2, packWith("bzip2", [], bytes)) }),
    ...(hasProgram("xz") && { LZMA: inChunk(types.lzma, packWith("xz", [], bytes)) }),
  };
  return Object.entries(images).map(([name, image]) => ({
    name: `dmg: ${name}`,
    format: "dmg",
    file: "disk.dmg",
    bytes: image,
  }));
}

/** A Parallels bundle's descriptor. */
function bundle(): HandmadeImage {
  const top = "{5fbaabe3-6958-40ff-92a7-860e329aab41}";
  const text = `<?xml version='1.0' encoding='UTF-8'?>
<!-- ${"room ".repeat(40)} -->
<Parallels_disk_image Version="1.0">
  <Disk_Parameters><Disk_size>128</Disk_size></Disk_Parameters>
  <StorageData><Storage><Start>0</Start><End>128</End><Blocksize>4</Blocksize>
  <Image><GUID>${top}</GUID><Type>Plain</Type><File>${baseName}</File></Image></Storage></StorageData>
</Parallels_disk_image>
`;
  return {
    name: "parallels: bundle",
    format: "parallels",
    file: "DiskDescriptor.xml",
    bytes: new TextEncoder().encode(text),
    besides: { [baseName]: new Uint8Array(65536).fill(2) },
  };
}
