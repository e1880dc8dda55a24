import { cpSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWithQemu, mustBeIdentical, qemuImg, qemuIo, runOracle } from "../helpers/qemu-img";
import { newFolder, removeFolder } from "../helpers/temp-folder";
import { mustBeSound } from "../engine/change/oracle-check";
import { linkAsQemuImg, run, words, type Outcome } from "./programs";

/** Command lines that change images, in the order in which each program runs them in its own folder. */
const lines = {
  "snapshot: grammar and errors": `
    snapshot | snapshot -c | snapshot -c x -d one s.qcow2
    snapshot -a nope s.qcow2 | snapshot -d nope s.qcow2 | snapshot -q -d 4 s.qcow2 | snapshot -l r.raw
    snapshot -c x r.raw | snapshot -c x v.vmdk | snapshot -l v.vmdk
    snapshot -U -c u s.qcow2 | snapshot -c x df.qcow2
    snapshot -l mb.qcow2 | snapshot -a one b.qcow2 | snapshot -c x .`,
  snapshot: `
    snapshot s.qcow2 | snapshot -l s.qcow2 | snapshot -U -l s.qcow2
    snapshot --image-opts -l driver=qcow2,file.filename=s.qcow2 | snapshot -c 2 s.qcow2
    snapshot -l s.qcow2 | snapshot -a 2 s.qcow2 | snapshot -d 2 s.qcow2 | snapshot -d one s.qcow2
    snapshot -c '' s.qcow2 | snapshot -c one s.qcow2 | snapshot -c one s.qcow2 | snapshot -l s.qcow2
    snapshot -d one s.qcow2 | snapshot -a one s.qcow2 | snapshot -c x v2.qcow2 | snapshot -l v2.qcow2
    snapshot -c new over.qcow2 | snapshot -a new over.qcow2 | snapshot -c b b.qcow2 | snapshot -d b b.qcow2`,
  check: `
    check | check s.qcow2 | check --output=json s.qcow2 | check -q s.qcow2
    check -f qcow2 -U b.qcow2 | check -U -r all s.qcow2 | check r.raw
    check -r foo s.qcow2 | check --output=foo s.qcow2 | check -T foo s.qcow2 | check v2.qcow2
    check --repair=all s.qcow2 | check -r leaks --output=json over.qcow2 | check mb.qcow2
    check -q --output=json s.qcow2 | check --image-opts --output=json driver=qcow2,file.filename=comp.qcow2`,
  resize: `
    resize | resize s.qcow2 | resize s.qcow2 5M | resize s.qcow2 +1M | resize s.qcow2 -1M
    resize --shrink s.qcow2 -1M | resize --shrink s.qcow2 -100M | resize -q s.qcow2 6M
    resize s.qcow2 +foo | resize s.qcow2 1.5k | resize s.qcow2 6291457
    resize s.qcow2 9E | resize s.qcow2 100P | resize --shrink s.qcow2 0
    resize --preallocation=foo s.qcow2 7M | resize --preallocation=full --shrink s.qcow2 1M
    resize --image-opts driver=qcow2,file.filename=s.qcow2 +1M | resize s.qcow2 -f qcow2 +1M
    resize v2.qcow2 9M | resize v.vmdk 512k | resize s.qcow2 ++1M | resize s.qcow2 +-1M
    resize over.qcow2 9M | resize -f raw r.raw 2M | resize -f raw r.raw 1E
    resize r.raw 3M | resize r.raw 1M | resize --shrink -f raw r.raw 1M | resize -f raw --preallocation=metadata r.raw 4M
    resize -f raw --preallocation=falloc r.raw 4M | resize -f raw --preallocation=full r.raw 5M | resize --shrink over.qcow2 2M | resize over.qcow2 3M
    resize --preallocation=metadata s.qcow2 20M | resize --preallocation=falloc s.qcow2 21M
    resize --preallocation=full s.qcow2 22M | resize --preallocation=full s.qcow2 22M | info s.qcow2`,
  amend: `
    amend | amend -o compat=0.10 | amend -o compat=1.1 v2.qcow2 | amend -o compat=1.1 v2.qcow2
    amend -o compat=0.10 plain.qcow2 | amend -o compat=v3 plain.qcow2
    amend -o compat=0.10,lazy_refcounts=on plain.qcow2 | amend -o refcount_bits=8 plain.qcow2
    amend -o compat=v2 plain.qcow2 | amend -o compat=v2,refcount_bits=8 plain.qcow2
    amend -o refcount_bits=7 plain.qcow2
    amend -o foo=bar plain.qcow2 | amend -o cluster_size=64k plain.qcow2
    amend -o help | amend -f raw -o help | amend -o size=8M plain.qcow2
    amend -o backing_file=r.raw plain.qcow2
    amend -o compat=1.1 v.vmdk | amend --force -o refcount_bits=16 plain.qcow2
    amend -t foo -o compat=1.1 s.qcow2 | amend -o data_file=x s.qcow2
    amend -o data_file_raw=on s.qcow2 | amend -p -q -o compat=0.10 plain.qcow2
    amend -o lazy_refcounts=on -o compat=1.1 plain.qcow2
    amend -o compat=1.1,size=9M sized.qcow2 | info sized.qcow2`,
  rebase: `
    rebase | rebase over.qcow2 | rebase -u -b r.raw over.qcow2 | rebase -u -b other.qcow2 -F qcow2 over.qcow2
    info over.qcow2 | rebase -u -b '' over.qcow2 | rebase -u -b x -F foo s.qcow2 | rebase -u -p -b x -F raw v.vmdk
    rebase -u -b x -F qcow2 r.raw | rebase -u -q -b base.qcow2 -F qcow2 over.qcow2 | rebase -t foo -u -b x -F raw s.qcow2
    rebase -p -u -b '' mb.qcow2 | rebase -u -b nope -F raw v2.qcow2
    info v2.qcow2 | rebase -u -b '' v2.qcow2`,
  bitmap: `
    bitmap | bitmap --add b.qcow2 | bitmap --add s.qcow2 b | bitmap --add s.qcow2 b
    bitmap --add -g 100 s.qcow2 d | bitmap --add --granularity 128k s.qcow2 d
    bitmap -g 1M --clear s.qcow2 d | bitmap --add -g foo s.qcow2 e | bitmap --add -g 4G s.qcow2 e
    bitmap --add -g 0 s.qcow2 e | bitmap --remove s.qcow2 nope
    bitmap --merge d s.qcow2 b | bitmap --merge nope s.qcow2 b | bitmap --merge d s.qcow2 nope
    bitmap --merge b s.qcow2 b | bitmap --enable --disable --clear s.qcow2 b
    bitmap --remove --add -g 1M --disable s.qcow2 b | bitmap --remove --remove s.qcow2 b
    info s.qcow2 | bitmap -b nope --merge b s.qcow2 d
    bitmap -b s.qcow2 --add s.qcow2 d | bitmap -F qcow2 --merge b s.qcow2 d
    bitmap -b b.qcow2 --merge fine --merge coarse s.qcow2 d | bitmap -b b.qcow2 -F qcow2 --merge nope s.qcow2 d
    bitmap -b grown.qcow2 -F qcow2 --merge far s.qcow2 d | bitmap --merge fine b.qcow2 coarse
    bitmap --merge coarse b.qcow2 fine | bitmap --add s.qcow2 ''
    bitmap --add mb.qcow2 mine | bitmap --add fine.qcow2 x | info fine.qcow2
    create -q -f qcow2 wide.qcow2 3T | bitmap --add -g 512 wide.qcow2 b | bitmap --add -g 1k wide.qcow2 b
    bitmap --clear torn.qcow2 t | bitmap --enable torn.qcow2 t | bitmap --merge t torn.qcow2 whole
    bitmap --merge whole torn.qcow2 t | bitmap --remove torn.qcow2 t | bitmap --clear torn.qcow2 whole`,
  dd: `
    convert -C -c in x | convert -C -S 4k in x | convert -C --salvage in x | convert -C in xc | dd | dd if=in of=x | dd if=in of=x1 bs=1000 count=3 | dd if=in of=x2 bs=1000 count=3 skip=8
    dd if=in of=x3 bs=1000 skip=20 | dd if=in of=x4 -O qcow2 | dd if=in of=x bs=0 | dd if=in of=x bs=foo
    dd if=in of=x conv=x | dd if=in of=x foo | dd -f qcow2 if=in of=x
    dd -O foo if=in of=x | dd if=in of=x5 count=0 | dd -U if=s.qcow2 of=x6
    dd if=s.qcow2 of=x7 bs=1M count=2 skip=1 -O qcow2 | dd --image-opts if=driver=qcow2,file.filename=over.qcow2 of=x8
    dd if=in of=nodir/x | dd if=in of=. | dd if= of=x | dd if=comp.qcow2 of=x9 bs=1000 skip=777`,
  bench: `
    bench | bench -c 10 s.qcow2 | bench -c foo s.qcow2
    bench -s foo s.qcow2 | bench -o 10M -c 1 s.qcow2 | bench -c 10 -d 2 -s 64k -S 128k -o 1M s.qcow2
    bench -i foo s.qcow2 | bench --pattern=256 s.qcow2
    bench --flush-interval=1 -c 1 s.qcow2 | bench --no-drain -c 1 s.qcow2 | bench -n -c 3 -S 0 over.qcow2
    bench --image-opts -c 2 driver=qcow2,file.filename=s.qcow2 | bench -c 1 -s 3G s.qcow2`,
};

describeWithQemu("commands that change images, against qemu-img", () => {
  let folder = "";
  let link = "";
  beforeAll(() => {
    folder = newFolder();
    link = linkAsQemuImg(join(folder, "bin"));
    mkdirSync(join(folder, "images"));
    makeImages(join(folder, "images"));
  });
  afterAll(() => removeFolder(folder));

  it.for(Object.entries(lines))("says and does what qemu-img does: %s", async ([group, table]) => {
    const [ours, theirs] = ["ours", "theirs"].map((name) => {
      const copy = join(folder, `${group}-${name}`);
      cpSync(join(folder, "images"), copy, { recursive: true });
      return copy;
    }) as [string, string];
    const differences: unknown[] = [];
    for (const line of table.split(/[|\n]/).map((each) => each.trim())) {
      if (line === "") continue;
      const [mine, other] = await Promise.all([
        run(link, words(line), ours).then(timeless),
        run("qemu-img", words(line), theirs).then(timeless),
      ]);
      if (JSON.stringify(mine) !== JSON.stringify(other)) differences.push({ line, other, mine });
    }
    expect(differences).toEqual([]);
    for (const name of readdirSync(ours)) sameDisks(ours, theirs, name);
  });
});

/** What both programs print at one moment or another. */
function timeless({ code, stdout, stderr }: Outcome): Outcome {
  const plain = stdout
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, "DATE")
    // Lamina counts no executed instructions, and says so; qemu-img says 0.
    .replaceAll(/( \d\d:\d\d:\d\d\.\d{3}) {10}[ 0]$/gm, "$1")
    .replaceAll(/completed in [\d.]+ seconds/g, "completed")
    .replaceAll(/disk size: .*/g, "disk size");
  const alike = stderr
    // qemu-img does not say what shrinking loses.
    .replace(/^qemu-img: warning: \d+ bytes .*lay behind the new end.*\n/m, "")
    // It names an image by a number there.
    .replace(/(?<=persistent in )'.*?'/, "'IMAGE'");
  return { code, stdout: plain, stderr: alike };
}

interface Info {
  readonly format: string;
  readonly snapshots?: readonly { readonly id: string; readonly name: string }[];
  readonly "virtual-size": number;
  readonly "backing-filename"?: string;
  readonly "format-specific"?: { readonly data: object };
}

/** Fails unless both folders have that image with the same disk, snapshots and bitmaps, and it is sound. */
function sameDisks(ours: string, theirs: string, name: string): void {
  const [mine, other] = [ours, theirs].map((folder) => {
    const info = JSON.parse(qemuImg(["info", "--output=json", join(folder, name)])) as Info;
    const { format, snapshots = [], "virtual-size": size, "format-specific": specific } = info;
    const ids = snapshots.map((each) => [each.id, each.name]);
    return { format, ids, size, backing: info["backing-filename"], data: specific?.data };
  }) as [ReturnType<() => { format: string; ids: string[][]; data?: object | undefined }>, unknown];
  if (mine.format === "vmdk" || name === "df.qcow2") return;
  expect(mine, name).toEqual(other);
  if (mine.format === "raw") mustBeIdentical(join(ours, name), join(theirs, name), "raw", "raw");
  if (mine.format !== "qcow2" || name === "mb.qcow2") return;
  mustBeSound(join(ours, name));
  mustBeIdentical(join(ours, name), join(theirs, name), "qcow2", "qcow2");
  if (name === "over.qcow2") return;
  for (const [id = ""] of mine.ids) {
    const [a, b] = [ours, theirs].map((folder) => {
      const disk = join(folder, `${name}.${id}.raw`);
      qemuImg(["convert", "-l", `snapshot.id=${id}`, "-O", "raw", join(folder, name), disk]);
      return disk;
    }) as [string, string];
    mustBeIdentical(a, b, "raw", "raw");
  }
}

/** Images with snapshots, bitmaps with marks, compressed data, a base, a data file. */
function makeImages(folder: string): void {
  const path = (name: string): string => join(folder, name);
  const create = (...args: string[]): void => {
    qemuImg(["create", "-q", ...args], folder);
  };
  const qcow2 = (...args: string[]): void => create("-f", "qcow2", ...args);
  const write = (name: string, ...commands: string[]): void => {
    qemuIo(path(name), "qcow2", commands);
  };
  create("r.raw", "1M");
  create("-f", "vmdk", "v.vmdk", "1M");
  writeFileSync(path("in"), new Uint8Array(10_000).fill(7));
  qcow2("plain.qcow2", "4M");
  write("plain.qcow2", "write -P 5 0 1M");
  qcow2("s.qcow2", "4M");
  for (const [at, name] of ["one", "2", "one"].entries()) {
    write("s.qcow2", `write -P ${at + 1} ${at}M 700k`);
    qemuImg(["snapshot", "-c", name, "s.qcow2"], folder);
  }
  write("s.qcow2", "write -P 9 1500k 300k");
  qemuImg(["convert", "-c", "-O", "qcow2", "s.qcow2", "comp.qcow2"], folder);
  qcow2("-o", "compat=0.10", "v2.qcow2", "1M");
  write("v2.qcow2", "write -P 4 0 200k");
  qemuImg(["snapshot", "-c", "old", "v2.qcow2"], folder);
  qcow2("-o", "cluster_size=512", "fine.qcow2", "1M");
  qcow2("b.qcow2", "5M");
  qemuImg(["snapshot", "-c", "one", "b.qcow2"], folder);
  qemuImg(["bitmap", "--add", "-g", "512", "b.qcow2", "fine"], folder);
  write("b.qcow2", "write -P 1 100k 3k", "write -P 2 2M 1M");
  qemuImg(["bitmap", "--add", "-g", "128k", "b.qcow2", "coarse"], folder);
  write("b.qcow2", "write -P 3 4M 100k");
  qcow2("-o", "compat=0.10", "sized.qcow2", "5M");
  qemuImg(["snapshot", "-c", "old", "sized.qcow2"], folder);
  qcow2("torn.qcow2", "5M");
  qemuImg(["bitmap", "--add", "torn.qcow2", "t"], folder);
  // It dies with the bitmap open.
  runOracle("qemu-io", ["-f", "qcow2", "-c", "abort", "torn.qcow2"], folder);
  qemuImg(["bitmap", "--add", "torn.qcow2", "whole"], folder);
  qcow2("grown.qcow2", "5M");
  qemuImg(["bitmap", "--add", "grown.qcow2", "far"], folder);
  qcow2("base.qcow2", "5M");
  write("base.qcow2", "write -P 6 0 5M");
  cpSync(path("base.qcow2"), path("other.qcow2"));
  qcow2("-b", "base.qcow2", "-F", "qcow2", "over.qcow2", "4M");
  write("over.qcow2", "write -P 7 1M 100k");
  qcow2("-o", "data_file=df.raw", "df.qcow2", "1M");
  qcow2("-u", "-b", "gone", "-F", "raw", "mb.qcow2", "1M");
}
