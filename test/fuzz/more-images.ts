import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hasProgram } from "../../build/bootstrap/system-packages.mjs";
import type { FormatId } from "../../shared/model/format";
import { packWith } from "../helpers/packers";
import { qemuImg, qemuIo, runOracle } from "../helpers/qemu-img";
import { archive, ovf } from "../engine/wrappings/archive";
import { pack } from "../engine/wrappings/packed";
import type { HandmadeImage } from "./handmade-images";
import { baseName } from "./regions";

/** Images that qemu-img makes over others, with data files, snapshots, bitmaps and encryption. */
export function chainImages(folder: string, size: number): HandmadeImage[] {
  const at = (name: string): string => join(folder, name);
  const base = at(baseName);
  writeFileSync(base, new Uint8Array(size).fill(3));
  const write = (path: string, format: string): string =>
    qemuIo(path, format, ["write -P 5 4k 20k", "write -z 64k 8k", "write -P 6 100k 1k"]);
  const image = (name: string, file: string, format: FormatId = "qcow2"): HandmadeImage => ({
    name: `${format}: ${name}`,
    format,
    file,
    bytes: readFileSync(at(file)),
    besides: { [baseName]: base },
  });

  for (const format of ["qcow2", "qcow"]) {
    qemuImg(["create", "-f", format, "-b", baseName, "-F", "raw", at(`over.${format}`)], folder);
    write(at(`over.${format}`), format);
  }
  qemuImg(["create", "-f", "qcow2", "-o", "cluster_size=4k", at("kept.qcow2"), String(size)]);
  write(at("kept.qcow2"), "qcow2");
  for (const name of ["one", "two"]) {
    qemuImg(["snapshot", "-c", name, at("kept.qcow2")]);
    qemuIo(at("kept.qcow2"), "qcow2", ["write -P 9 8k 30k"]);
  }
  qemuImg(["bitmap", "--add", at("kept.qcow2"), "b0"]);
  const data = `data_file=${baseName}-data,data_file_raw=on`;
  qemuImg(["create", "-f", "qcow2", "-o", data, at("apart.qcow2"), "64k"], folder);
  const secret = ["--object", "secret,id=s,data=abc"];
  const aes = "encrypt.format=aes,encrypt.key-secret=s,cluster_size=4k";
  qemuImg(["create", "-f", "qcow2", ...secret, "-o", aes, at("locked.qcow2"), "64k"]);
  // Its passphrase is not given: to unlock it may take as long as its header says, up to a limit.
  const luks = "encrypt.format=luks,encrypt.key-secret=s,encrypt.iter-time=100,cluster_size=4k";
  const create = ["create", "-f", "qcow2", ...secret, "-o", luks, at("keys.qcow2"), "64k"];
  // On a busy machine qemu-img may fail to measure how quick it is; without this image every case of
  // a seed would be another one.
  const locked = [1, 2, 3, 4, 5].some(() => runOracle("qemu-img", create).status === 0);
  return [
    image("overlay", "over.qcow2"),
    image("overlay", "over.qcow", "qcow"),
    image("snapshots and a bitmap", "kept.qcow2"),
    {
      ...image("with a data file", "apart.qcow2"),
      besides: { [`${baseName}-data`]: at(`${baseName}-data`) },
    },
    { ...image("encrypted", "locked.qcow2"), passphrase: "abc" },
    ...(locked ? [image("encrypted with LUKS", "keys.qcow2")] : []),
  ];
}

/** Some of the images, packed and in archives. */
export function wrappedImages(images: readonly HandmadeImage[]): HandmadeImage[] {
  const small = images.filter(({ bytes, besides }) => {
    const alone = Object.keys(besides ?? {}).length === 0;
    return alone && bytes.length < 2 ** 20 && bytes.length > 0;
  });
  const firsts = (["raw", "qcow2", "vmdk", "vpc"] as const).flatMap((format) =>
    small.filter((image) => image.format === format).slice(0, 1),
  );
  return firsts.flatMap((image) => [
    ...(["gz", "xz", "zst"] as const).map((packing) => ({
      ...wrapped(image, packing, pack[packing](image.bytes)),
      inside: { bytes: image.bytes, packing },
    })),
    ...(["xz", "zstd"] as const)
      .filter(hasProgram)
      .map((tool) => wrapped(image, `${tool} tool`, packWith(tool, [], image.bytes))),
    wrapped(image, "tar", archive([{ name: "disk.img", data: image.bytes }])),
    wrapped(
      image,
      "OVA",
      archive([
        { name: "a.ovf", data: ovf([{ href: "disk.img" }]) },
        { name: "disk.img", data: image.bytes },
      ]),
    ),
  ]);
}

const wrapped = (image: HandmadeImage, how: string, bytes: Uint8Array): HandmadeImage => ({
  ...image,
  name: `${image.name}, ${how}`,
  file: `${image.file}.wrapped`,
  bytes,
});
