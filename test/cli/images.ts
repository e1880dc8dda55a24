import {
  closeSync,
  copyFileSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { qemuImg, qemuIo } from "../helpers/qemu-img";

/** Offsets of qcow2 header fields (specification, "Header"). */
const incompatibleFeatures = 79;

/** Fills a folder with images of every kind that the command lines of the tests name. */
export function makeImages(folder: string): void {
  const make = (...args: string[]): void => {
    qemuImg(["create", "-q", ...args], folder);
  };
  const qcow2 = (...args: string[]): void => make("-f", "qcow2", ...args);
  const path = (name: string): string => join(folder, name);
  /** A raw file of `size` bytes: `bytes` at `at`, and a hole all round them. */
  const file = (name: string, bytes: string, size = bytes.length, at = 0): void => {
    const fd = openSync(path(name), "w");
    if (bytes !== "") writeSync(fd, bytes, at, "latin1");
    ftruncateSync(fd, size);
    closeSync(fd);
  };
  mkdirSync(path("sub"));

  // Raw files: of odd lengths, empty, alike and not alike.
  make("a.img", "10M");
  file("five", "aaaaa");
  file("other-five", "aaaab");
  file("empty", "");
  file("zeros", "", 10 << 20);
  file("small", "", 100);
  file("longer", "", 700);
  file("differs", "x", 10 << 20, 5_000_001);
  file("grown", "", 11 << 20);
  file("grown-data", "x", 11 << 20, 11_000_001);

  // qcow2: data, zeros, snapshots, bitmaps; compressed; preallocated; of every version and cluster size.
  qcow2("thin.qcow2", "10G");
  qcow2("s.qcow2", "10M");
  qemuIo(path("s.qcow2"), "qcow2", ["write -P 1 0 1M", "write -P 2 3M 100k", "write -z 5M 1M"]);
  qemuImg(["snapshot", "-c", "one", "s.qcow2"], folder);
  qemuImg(["snapshot", "-c", "a rather löng name of a snapshot", "s.qcow2"], folder);
  qemuImg(["bitmap", "--add", "s.qcow2", "bm0"], folder);
  qemuImg(["bitmap", "--add", "-g", "128k", "--disable", "s.qcow2", "bm1"], folder);
  qemuImg(["convert", "-c", "-O", "qcow2", "s.qcow2", "comp.qcow2"], folder);
  qcow2("-o", "compat=0.10", "v2.qcow2", "1M");
  qemuImg(["snapshot", "-c", "x", "v2.qcow2"], folder);
  qcow2("-o", "preallocation=metadata", "metadata.qcow2", "3M");
  const zstd = "compression_type=zstd,lazy_refcounts=on,refcount_bits=64,cluster_size=2M";
  qcow2("-o", `${zstd},extended_l2=on`, "large.qcow2", "1T");
  qcow2("-o", "cluster_size=512,refcount_bits=1", "fine.qcow2", "3M");
  qemuIo(path("fine.qcow2"), "qcow2", ["write -P 7 1k 100k", "write -z 300k 5k", "discard 4k 4k"]);
  qcow2("-o", "extended_l2=on,cluster_size=64k", "sub.qcow2", "3M");
  qemuIo(path("sub.qcow2"), "qcow2", ["write -P 7 2k 10k", "write -z 64k 4k", "write 256k 64k"]);
  const aes = ["--object", "secret,id=s,data=abc", "-o", "encrypt.format=aes,encrypt.key-secret=s"];
  qcow2(...aes, "aes.qcow2", "1M");
  qcow2("-u", "-b", "aes.qcow2", "-F", "qcow2", "on-aes.qcow2", "1M");
  qcow2("-o", "data_file=data.raw", "data-file.qcow2", "1M");
  qcow2("-o", `data_file=${path("data-path.raw")}`, "data-path.qcow2", "1M");
  qemuIo(path("data-path.qcow2"), "qcow2", ["write -P 7 64k 64k"]);
  qcow2("-o", "data_file=beside.raw", "sub/data-file.qcow2", "1M");
  qcow2("grown.qcow2", "1M");
  qemuImg(["snapshot", "-c", "small", "grown.qcow2"], folder);
  qemuImg(["resize", "-q", "grown.qcow2", "3M"], folder);
  qcow2('uni\u00e9\t\u007f"\\\u{1f600}.qcow2', "1M");
  for (const [name, bits] of [
    ["dirty.qcow2", "\x01"],
    ["corrupt.qcow2", "\x02"],
  ] as const) {
    qcow2(name, "1M");
    patch(path(name), incompatibleFeatures, bits);
  }

  // What Lamina does not read.
  make("-f", "qed", "disk.qed", "1M");
  qcow2("-o", "extended_l2=on,preallocation=metadata", "sub-metadata.qcow2", "1M");
  qemuImg(
    ["convert", "-c", "-O", "qcow2", "-o", "compression_type=zstd", "s.qcow2", "zstd.qcow2"],
    folder,
  );
  qcow2("-u", "-b", "file:five", "-F", "raw", "sub/file-name.qcow2", "1M");

  // What Lamina reads in another way than qemu-img.
  make("-f", "vpc", "-o", "subformat=fixed,force_size=on", "fixed.vhd", "1M");
  make("-f", "vhdx", "dynamic.vhdx", "1M");

  const lines = [
    "# Disk DescriptorFile",
    "version=1",
    "CID=1",
    "parentCID=ffffffff",
    'createType="monolithicFlat"',
  ];
  const descriptor = [...lines, 'RW 2048 FLAT "../a.img" 0', ""].join("\n");
  writeFileSync(path("sub/extent-above.vmdk"), descriptor);
  writeFileSync(path("sub/extent-gone.vmdk"), descriptor.replace("../a.img", "gone.img"));

  // Chains: whole, with the base named in every way, and broken in every way.
  qcow2("-b", "thin.qcow2", "-F", "qcow2", "over.qcow2");
  qcow2("-b", "s.qcow2", "-F", "qcow2", "over-s.qcow2");
  qemuIo(path("over-s.qcow2"), "qcow2", ["write -P 9 512k 64k", "write -z 3M 64k"]);
  qcow2("-b", "over-s.qcow2", "-F", "qcow2", "over-over.qcow2", "12M");
  qcow2("-b", "file:s.qcow2", "-F", "qcow2", "file-name.qcow2");
  copyFileSync(path("s.qcow2"), path("sub/s.qcow2"));
  qcow2("-b", "s.qcow2", "-F", "qcow2", "sub/over.qcow2");
  qcow2("-b", "sub/over.qcow2", "-F", "qcow2", "down.qcow2");
  qcow2("-b", "five", "-F", "raw", "over-raw.qcow2", "2M");
  qcow2("-b", "../s.qcow2", "-F", "qcow2", "sub/up.qcow2");
  qcow2("-b", path("s.qcow2"), "-F", "qcow2", "sub/absolute.qcow2");
  const unsafe = (base: string, format: string, name: string): void =>
    qcow2("-u", "-b", base, "-F", format, name, "1M");
  unsafe("nope.qcow2", "qcow2", "missing.qcow2");
  unsafe("missing.qcow2", "qcow2", "missing-2.qcow2");
  unsafe("missing-2.qcow2", "qcow2", "missing-3.qcow2");
  unsafe("a.img", "qcow2", "wrong.qcow2");
  unsafe("foo:bar", "raw", "protocol.qcow2");
  unsafe("nbd://host/x", "raw", "nbd.qcow2");
  unsafe('json:{"driver":"raw"}', "raw", "json.qcow2");
  unsafe("sub", "raw", "folder.qcow2");
  unsafe("y.qcow2", "qcow2", "x.qcow2");
  unsafe("x.qcow2", "qcow2", "y.qcow2");
  unsafe("/nonexistent/base.img", "raw", "elsewhere.qcow2");
  undeclare(path("wrong.qcow2"), path("undeclared.qcow2"));
  symlinkSync("loop", path("loop"));
}

/** Overwrites bytes of a file. */
function patch(path: string, at: number, bytes: string): void {
  const fd = openSync(path, "r+");
  writeSync(fd, bytes, at, "latin1");
  closeSync(fd);
}

/** A copy of an overlay without the header extension that declares the base's format. */
function undeclare(from: string, to: string): void {
  const bytes = readFileSync(from);
  const at = bytes.indexOf(Buffer.from("e2792aca", "hex"));
  // A type that nobody knows is passed over.
  bytes.write("0badcafe", at, "hex");
  writeFileSync(to, bytes);
}
