import { mkdirSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { needsHoles } from "../helpers/holes";
import { describeWithQemu, qemuImg, qemuJson, runOracle } from "../helpers/qemu-img";
import { newFolder, removeFolder } from "../helpers/temp-folder";
import { makeImages } from "./images";
import { forEach, linkAsQemuImg, run, words } from "./programs";

/**
 * Command lines that make images: each program runs them in a folder of its own, one of two equal ones.
 * `@` stands for a new file of the line's own, so that all of them can be looked at in the end.
 */
const lines = {
  create: `
    create -f raw @ 10M | create -f raw '@ 2' 10 | create @ 1.5G | create @ 0x100 | create @ 0
    create -f qcow2 @ 10G | create -f qcow2 '@,"' 1M | create -q -f qcow2 @ 1M
    create -f qcow2 -b thin.qcow2 -F qcow2 @ | create -f qcow2 -b a.img -F raw @ 5G
    create -f qcow2 -u -b nope.qcow2 -F qcow2 @ 1M | create -f qcow2 -b five -F raw @
    create -f qcow2 -o backing_file=thin.qcow2,backing_fmt=qcow2,compat=0.10 @
    create -f qcow2 -o compat=v3,lazy_refcounts=on,refcount_bits=64,cluster_size=2M,extended_l2=on @ 1T
    create -f qcow2 -o size=1G @ | create -f qcow2 -o lazy_refcounts @ 1M
    create -f qcow2 -o nolazy_refcounts,encryption=off,preallocation=off @ 1M
    create -f qcow2 -o refcount_bits=0x10,lazy_refcounts=yes @ 1M
    create -f qcow2 -o cluster_size=4k -o refcount_bits=8 @ 1M | create -f qcow2 -o compat=v2 @ 1M
    create -u -f qcow2 -b 'a,b' -F raw @ 1M | create -f qcow2 file:@ 1M
    create -f qcow2 -b sub/s.qcow2 -F qcow2 @ | create -f qcow2 -b s.qcow2 -F qcow2 sub/@
    create -f qcow2 -b file:a.img -F raw @ | create -f qcow2 -b aes.qcow2 -F qcow2 @
    create -f vmdk @ 5M | create -f vdi @ 3M | create -f vdi -o static,preallocation=off @ 3M
    create -f vmdk -o adapter_type=lsilogic,hwversion=10,compat6=off,toolsversion=2147483647 @ 1G
    create -f vmdk -o zeroed_grain=off,hwversion=undefined,subformat=monolithicSparse,size=1M @
    create -f vmdk -o subformat=monolithicFlat @.vmdk 5M
    create -f vmdk -o subformat=twoGbMaxExtentFlat,adapter_type=legacyESX @.vmdk 5G
    create -f vmdk -o subformat=twoGbMaxExtentSparse,zeroed_grain=on @.img 5G
    create -f vmdk -o subformat=streamOptimized,adapter_type=buslogic @ 5G
    create -f vmdk -o zeroed_grain,adapter_type=lsilogic @ 1G
    create -f vpc -o force_size=on @ 5M | create -f vpc -o force_size,subformat=fixed,nocow=off @ 5M
    create -f vhdx @ 5M | create -f vhdx -o block_size=1M,log_size=1M,subformat=fixed @ 5M
    create -f vhdx -o log_size=3M,block_state_zero=on @ 5M | create -f vhdx -o block_state_zero=off @ 5M
    create -f qcow2 @ 10 | create -f raw -o preallocation=falloc @ 1M | create loop 1M
    create -o preallocation=full @ 1M | create -f qcow2 -o preallocation=metadata @ 5M
    create -f qcow2 -o preallocation=full,cluster_size=4k,compat=0.10 @ 3M
    create -f qcow2 -o preallocation=falloc @ 3M | create -f qcow2 -o compression_type=zstd @ 1M
    create -f qcow2 -b thin.qcow2 -F qcow2 -o preallocation=metadata,extended_l2=on @
    create -f qcow2 -o data_file=@.data @ 5M | create -f qcow2 -o data_file=@.raw,data_file_raw @ 5M
    create -f qcow2 -o data_file=@.thick,preallocation=falloc,cluster_size=2M @ 6M`,
  "create, in vain": `
    create @ 1Q | create @ 1e3 | create @ -1 | create @ | create -f nope @ 1M | create -f iso @ 1M
    create -f dmg @ 1M | create -f bochs @ 1M | create -f dmg -o help | convert -O dmg a.img @
    convert -O cloop a.img @ | dd -O dmg if=a.img of=@
    create -f qcow2 @ -o cluster_size=4k,foo=1 1M | create -f qcow2 -b nope -F qcow2 @
    create -f qcow2 -u -b nope -F qcow2 @ | create -f qcow2 -u -b nope @ 1G
    create -f raw -b thin.qcow2 -F qcow2 @ | create -f qcow2 -F nope -b thin.qcow2 @
    create -f qcow2 -o size=1G @ 2G | create -f qcow2 nodir/@ 1G | create nodir/@ 1G
    create -f qcow2 -o refcount_bits=1k @ 1M | create -f qcow2 -o cluster_size @ 1M
    create -f qcow2 -o '' @ 1M | create -f qcow2 -o cluster_size=4k, @ 1M
    create -f qcow2 -o preallocation=bad @ 1M | create -f qcow2 -F qcow2 @ 1M
    create -f qcow2 -b @ -F qcow2 @ | create -f qcow2 -b missing-2.qcow2 -F qcow2 @
    create -f qcow2 -b a.img -F qcow2 @ | create -f qcow2 -o compat=0.10,refcount_bits=8 @ 1M
    create -f qcow2 -o cluster_size=256 @ 1M | create -f qcow2 -o cluster_size=512 @ 1T
    create -f qcow2 -o extended_l2=on,cluster_size=4k @ 1P | create -f qcow2 -o compat=1.2 @ 1M
    create -f qcow2 -o compression_type=lzo @ 1M | create -f qcow2 -o backing_file= @ 1M
    create -f vmdk -o adapter_type=bad @ 1M | create -f vmdk -o subformat=bad @ 1M
    create -f vmdk -o compat6,hwversion=7 @ 1M | create -f vmdk -o static=on @ 1M
    create -f vmdk -o subformat=twoGbMaxExtentFlat,zeroed_grain=on @ 1M
    create -f vmdk -o subformat=monolithicFlat,adapter_type=bad,zeroed_grain=on @ 1M
    create -f vmdk -o zeroed_grain=1 @ 1M | create -f vmdk -o subformat=monolithicFlat nodir/@ 1M
    create -f vdi -o preallocation=bad @ 1M | create -f vdi -o preallocation=metadata @ 1M
    create -f vdi -o static=maybe @ 1M | create -f vdi -b a.img -F raw @ | create -f vpc -F raw @ 1M
    create -f vpc -o subformat=bad @ 1M | create -f vhdx -o subformat=bad @ 1M
    create foo:bar 1M | create sub 1M | create . 1M | create -f qcow2 -o size=16E @
    create -f qcow2 -o lazy_refcounts=1 @ 1M | create -f qcow2 -o =1 @ 1M
    create -u -f qcow2 -b x -F nope @ 1M | create @ 7E | create -f qcow2 -b sub -F raw @
    create -f qcow2 -o lazy_refcounts=on,compat=0.10 @ 1M | create '' 1M
    create -f qcow2 -o preallocation=full -b thin.qcow2 -F qcow2 @ | create -o preallocation=bad @ 1M
    create -f qcow2 -o data_file_raw=on,compression_type=zstd,compat=0.10 @ 1M
    create -f qcow2 -o data_file=x,compression_type=zstd,compat=v2 @ 1M
    create -f qcow2 -o data_file=x,data_file_raw=on,compat=0.10 -b thin.qcow2 -F qcow2 @ 1M
    create -f qcow2 -o data_file=x,refcount_bits=8,compat=0.10 @ 1M | create -f qcow2 -o data_file= @ 1M`,
  convert: `
    convert -f raw -O qcow2 a.img @ | convert -f qcow2 -O raw s.qcow2 @ | convert -p a.img @
    convert -q -p a.img @ | convert -p -O raw empty @ | convert -O qcow2 s.qcow2 @
    convert -O qcow2 -o cluster_size=4k,cluster_size=8k over-over.qcow2 @ | convert comp.qcow2 @
    convert -t none -T none a.img @ | convert -t writeback -U -W -m 4 -S 4k over-raw.qcow2 @
    convert -O qcow2 five @ | convert -p five @ | convert -O qcow2 -o compat=0.10 fine.qcow2 @
    convert -O qcow2 -o extended_l2=on,size=20M sub.qcow2 @ | convert a.img file:@
    convert -O qcow2 -o cluster_size=512 s.qcow2 @ | convert thin.qcow2 @
    convert -O vmdk s.qcow2 @ | convert -O vmdk -o adapter_type=buslogic over-raw.qcow2 @
    convert -O vmdk -o subformat=monolithicFlat s.qcow2 @
    convert -O vmdk -o subformat=twoGbMaxExtentFlat s.qcow2 @
    convert -O vmdk -o subformat=twoGbMaxExtentSparse,adapter_type=lsilogic over-raw.qcow2 @
    convert -O vmdk -o subformat=streamOptimized s.qcow2 @
    convert -c -O vmdk -o subformat=streamOptimized,zeroed_grain=on over-raw.qcow2 @
    convert -c -O vmdk s.qcow2 @ | convert -c -O vmdk -o subformat=twoGbMaxExtentSparse s.qcow2 @
    convert -O vdi s.qcow2 @ | convert -O vdi -o static=on longer @ | convert -O vhdx s.qcow2 @
    convert -O vpc -o force_size=on s.qcow2 @ | convert -O vhdx -o block_size=1M sub.qcow2 @
    convert -O qcow2 large.qcow2 @ | convert longer @ | convert -O qcow2 -o refcount_bits=1 s.qcow2 @
    convert a.img s.qcow2 @ | convert -O qcow2 s.qcow2 five over-raw.qcow2 @ | convert five small @
    convert -f raw -p -O vdi a.img longer @ | convert -S 0 a.img @ | convert -S 0 -O vhdx s.qcow2 @
    convert -S 512 five @ | convert -S 64k -O qcow2 s.qcow2 @ | convert -S 1M -c -O qcow2 s.qcow2 @
    convert -r 0 five @ | convert -r 1G -O qcow2 s.qcow2 @
    convert -S 0 -c -O qcow2 s.qcow2 @ | convert -m 1 -O qcow2 s.qcow2 @ | convert --salvage five @
    convert -q --salvage -O qcow2 s.qcow2 comp.qcow2 @ | convert -m 16 -W -c -O qcow2 s.qcow2 @
    convert -O raw -o preallocation=full s.qcow2 @ | convert -o preallocation=falloc s.qcow2 @
    convert -O qcow2 -o preallocation=metadata s.qcow2 @ | convert -O qcow2 -o preallocation=full five @
    convert -O qcow2 -o preallocation=falloc,extended_l2=on sub.qcow2 @
    convert -O qcow2 -o compression_type=zstd five @
    convert -O qcow2 -o data_file=@.data s.qcow2 @
    convert -O qcow2 -o data_file=@.raw,data_file_raw=on over-raw.qcow2 @
    convert -O qcow2 -B a.img -F raw over-raw.qcow2 @
    convert -O qcow2 -o backing_file=a.img,backing_fmt=qcow2 -F raw over-raw.qcow2 @
    convert -O qcow2 -o backing_file=thin.qcow2,backing_fmt=qcow2,cluster_size=4k s.qcow2 @
    convert -c -O qcow2 -B five -F raw s.qcow2 @ | convert -O qcow2 -B five -F raw -o compat=0.10 s.qcow2 @`,
  "convert, in vain": `
    convert -O nope a.img @ | convert -o foo=1 -O qcow2 a.img @ | convert -t foo a.img @
    convert -o cluster_size=3k -O qcow2 a.img @ | convert -T foo a.img @ | convert -T foo nope @ | convert -t foo nope @
    convert -O qcow2 a.img nodir/@ | convert -p a.img nodir/@ | convert -p -O nope a.img @
    convert -O qcow2 -o compat=0.10,lazy_refcounts=on s.qcow2 @ | convert a.img . | convert a.img sub
    convert -O qcow2 -o refcount_bits=7 s.qcow2 @ | convert a.img foo:@
    convert -O vmdk -o adapter_type=bad a.img @ | convert -O vdi -o cluster_size=1M a.img @
    convert -O vmdk -o subformat=monolithicFlat,zeroed_grain=on a.img @
    convert -O vpc -o subformat=bad a.img @ | convert -O vdi -o preallocation=bad a.img @
    convert -O qcow2 -o size=foo a.img @ | convert a.img nope @ | convert nope a.img @
    convert -f qcow2 s.qcow2 a.img @ | convert @ | convert -p -t foo a.img @
    convert -r foo a.img @ | convert -r -1 a.img @ | convert -S 513 a.img @ | convert -S 32M a.img @
    convert -O raw -F qcow2 a.img @ | convert -O qcow2 -B five a.img s.qcow2 @
    convert -c -O raw -B five a.img @ | convert -c -O qcow2 -B five a.img @ | convert -O vdi -B five a.img @
    convert -t foo -B five -O qcow2 a.img @ | convert -B five -O nope a.img @
    convert -O qcow2 -B nope -F qcow2 a.img @ | convert -O qcow2 -F qcow2 a.img @
    convert -O qcow2 -B five -F nope a.img @ | convert -O qcow2 -B five -F raw a.img nodir/@
    convert -O qcow2 -B over-raw.qcow2 -F qcow2 -o preallocation=metadata a.img @
    convert -c -O qcow2 -o preallocation=metadata a.img @ | convert -c -O qcow2 -o preallocation=bad a.img @
    convert -O qcow2 -o foo=1 -B five a.img @ | convert -O qcow2 -o cluster_size=3k -B five -F raw a.img @`,
};

describeWithQemu("commands that make images, against qemu-img", () => {
  let folder = "";
  let link = "";
  const theirs = (): string => join(folder, "theirs");
  const ours = (): string => join(folder, "ours");
  beforeAll(() => {
    folder = newFolder();
    link = linkAsQemuImg(join(folder, "bin"));
    for (const each of [theirs(), ours()]) {
      mkdirSync(each);
      makeImages(each);
    }
  });
  afterAll(() => removeFolder(folder));

  const filesIn = (path: string): string[] =>
    readdirSync(path, { recursive: true, encoding: "utf8" }).sort();

  it.for(Object.entries(lines))(
    "says and leaves what qemu-img does: %s",
    async ([group, table], context) => {
      if (group === "create" || group === "convert") needsHoles(context);
      const differences: unknown[] = [];
      const before = new Set([...filesIn(ours()), ...filesIn(theirs())]);
      const trimmed = table.split(/[|\n]/).map((line) => line.trim());
      const own = trimmed
        .filter(Boolean)
        .map((line, at) => line.replaceAll("@", `${group.replace(/\W+/g, "-")}-${at}`));
      await forEach(own, async (line) => {
        const [oracle, lamina] = await Promise.all([
          run("qemu-img", words(line), theirs()),
          run(link, words(line), ours()),
        ]);
        if (JSON.stringify(lamina) !== JSON.stringify(oracle))
          differences.push({ line, oracle, lamina });
      });
      expect(differences).toEqual([]);

      const made = filesIn(ours()).filter((name) => !before.has(name));
      // What fails leaves nothing; qemu-img leaves some files.
      if (group.endsWith("in vain")) expect(made).toEqual([]);
      else expect(made).toEqual(filesIn(theirs()).filter((name) => !before.has(name)));
      for (const name of made) sameImage(join(ours(), name), join(theirs(), name));
    },
  );
});

/** Runs qemu-img where the image lies: that is where it looks for a data file. */
const qemuImgOf = (command: string, path: string) =>
  runOracle("qemu-img", [command, basename(path)], dirname(path));

/** Fails unless both images hold the same, say the same of themselves, and are well. */
function sameImage(ours: string, theirs: string): void {
  // It does not open the extents of a split VMDK by themselves, its own neither.
  if (qemuImgOf("info", theirs).status !== 0) {
    expect(qemuImgOf("info", ours).status).not.toBe(0);
    return;
  }
  const facts = infoOf(ours);
  expect(facts, ours).toEqual(infoOf(theirs));
  const check = qemuImgOf("check", ours);
  // Raw images know no check, and some of the overlays were made for want of their base.
  const { status } = qemuImgOf("check", theirs);
  expect(check.status, `${ours}: ${check.stdout}${check.stderr}`).toBe(status);
  if (status === 0) expect(check.stdout).toContain("No errors were found");
  const alone = !JSON.stringify(facts).includes('"data-file"');
  if (basename(ours).startsWith("convert") && alone) qemuImg(["compare", ours, theirs]);
}

/** What qemu-img says of an image, save for what depends on how it was written and where it lies. */
function infoOf(path: string): object {
  const facts = qemuJson<Record<string, unknown>>(["info", basename(path)], dirname(path));
  for (const name of ["actual-size", "filename", "full-backing-filename"]) delete facts[name];
  const { data } = (facts["format-specific"] ?? {}) as { data?: Record<string, unknown> };
  // A VMDK's content ID is drawn, and its only extent is the file itself.
  for (const name of data?.["cid"] === undefined ? [] : ["cid", "extents"]) delete data?.[name];
  return facts;
}
