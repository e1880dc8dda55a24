import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { needsHoles } from "../helpers/holes";
import { describeWithQemu } from "../helpers/qemu-img";
import { newFolder, removeFolder } from "../helpers/temp-folder";
import { makeImages } from "./images";
import { forEach, linkAsQemuImg, run, words } from "./programs";

/** Command lines that change nothing: both programs run them in one folder. */
const lines = {
  grammar: `
    foo | -- | --version=1 | info | info -zU a.img | info a.img -U a.img -zU | -- info a.img
    info -- -x | info --backing a.img | info --f raw a.img | info --help=x | info -f=raw a.img
    info -Uf | info - a.img | info --outp json a.img | info --output=foo a.img | compare a.img | create
    create a.img 1M 2M | convert a.img | convert -o , | convert -m 17 a.img x | convert -S foo a.img x
    convert -S 100 a.img x`,
  "info of one file": `
    info a.img | info -U five | info --output=json small | info s.qcow2 | info --output=json s.qcow2
    info v2.qcow2 | info --output=json v2.qcow2 | info --output=json metadata.qcow2 | info large.qcow2
    info --output=json fine.qcow2 | info aes.qcow2 | info --output=json aes.qcow2
    info data-file.qcow2 | info --output=json data-file.qcow2 | info dirty.qcow2
    info --output=json dirty.qcow2 | info corrupt.qcow2 | info file:s.qcow2
    info 'uni\u00e9\t\u007f"\\\u{1f600}.qcow2' | info --output=json 'uni\u00e9\t\u007f"\\\u{1f600}.qcow2'
    info --output=json sub/up.qcow2 | info ./sub/up.qcow2 | info --output=json sub/absolute.qcow2
    info --output=json file-name.qcow2 | info missing.qcow2 | info undeclared.qcow2
    info --output=json undeclared.qcow2 | info nbd.qcow2 | info --output=json json.qcow2`,
  "info of a chain": `
    info --backing-chain --output json over-over.qcow2 | info --backing-chain ./down.qcow2
    info --backing-chain file-name.qcow2 | info -U --output=json --backing-chain empty
    info --backing-chain missing.qcow2 | info --backing-chain --output=json missing-3.qcow2
    info --backing-chain undeclared.qcow2 | info --backing-chain protocol.qcow2
    info --backing-chain x.qcow2`,
  "files that cannot be opened": `
    info nope | info -f qcow2 a.img | info -f nope a.img | info . | info sub/extent-gone.vmdk | map ./sub/extent-gone.vmdk | info loop | info a.img/x | info ''
    info foo:bar | map missing.qcow2 | map --output=json missing-3.qcow2 | map wrong.qcow2
    map protocol.qcow2 | map folder.qcow2 | compare nope a.img | compare a.img nope
    compare -F nope zeros a.img | compare zeros missing.qcow2 | compare -p nope zeros
    compare -T foo zeros zeros | convert -O nope nope x | convert -f nope a.img x
    convert missing.qcow2 x | convert -p nope x | convert -O qcow2 foo:x y
    info -f vhdx a.img | map -f vhdx sub/up.qcow2 | info -f qcow a.img | info -f vpc longer
    compare -f vmdk a.img five`,
  map: `
    map a.img | map --output=json a.img | map s.qcow2 | map over-over.qcow2
    map --output=json over-over.qcow2 | map ./down.qcow2 | map --output=json down.qcow2
    map file-name.qcow2 | map --output=json over-raw.qcow2 | map -f raw --output=json s.qcow2
    map comp.qcow2 | map --output=json comp.qcow2 | map --output=json five | map empty
    map --output=json empty | map --output=json longer | map --output=json metadata.qcow2
    map --output=json large.qcow2 | map fine.qcow2 | map --output=json fine.qcow2 | map sub.qcow2
    map data-path.qcow2 | map --output=json data-path.qcow2
    map --output=json v2.qcow2 | map --start-offset=1000 --max-length=5M --output=json s.qcow2
    map --max-length=foo s.qcow2 | map --start-offset=-1 s.qcow2 | map -s 1M -l 1M s.qcow2
    map --max-length=0 --output=json s.qcow2 | map --start 9E s.qcow2
    map --start 11M --output=json s.qcow2`,
  compare: `
    compare a.img a.img | compare -q a.img a.img | compare -p s.qcow2 a.img | compare -p a.img a.img
    compare a.img thin.qcow2 | compare -s a.img thin.qcow2 | compare zeros differs
    compare -q zeros differs | compare grown zeros | compare zeros grown-data
    compare -p -s zeros grown | compare -T none zeros zeros | compare -U -s s.qcow2 s.qcow2
    compare -s s.qcow2 comp.qcow2 | compare s.qcow2 comp.qcow2 | compare small longer
    compare five other-five | compare -p empty empty | compare -p zeros empty | compare empty five
    compare -f raw -F qcow2 s.qcow2 s.qcow2 | compare over-s.qcow2 s.qcow2
    compare --force-share s.qcow2 down.qcow2`,
};

describeWithQemu("commands that change nothing, against qemu-img", () => {
  let folder = "";
  let link = "";
  beforeAll(() => {
    folder = newFolder();
    link = linkAsQemuImg(join(folder, "bin"));
    makeImages(folder);
  });
  afterAll(() => removeFolder(folder));

  it.for(Object.entries(lines))("says what qemu-img says: %s", async ([group, table], context) => {
    if (group === "map" || group === "compare") needsHoles(context);
    const differences: unknown[] = [];
    await forEach(
      table
        .split(/[|\n]/)
        .map((line) => line.trim())
        .filter(Boolean),
      async (line) => {
        const theirs = await run("qemu-img", words(line), folder);
        const ours = await run(link, words(line), folder);
        if (JSON.stringify(ours) !== JSON.stringify(theirs))
          differences.push({ line, theirs, ours });
      },
    );
    expect(differences).toEqual([]);
  });
});
