import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWithQemu, qemuImg, qemuIo, runOracle } from "../helpers/qemu-img";
import { newFolder, removeFolder } from "../helpers/temp-folder";
import { forEach, linkAsQemuImg, run, words, type Outcome } from "./programs";

/** Words that a line below stands for. */
const short: Readonly<Record<string, string>> = {
  S: "--object secret,id=s,data=corpus --image-opts",
  W: "--object secret,id=s,data=wrong --image-opts",
  LUKS: "driver=qcow2,encrypt.key-secret=s,file.filename=luks.qcow2",
  AES: "driver=qcow2,encrypt.key-secret=s,file.filename=aes.qcow2",
  QCOW: "driver=qcow,encrypt.key-secret=s,file.filename=aes.qcow",
  RAW: "driver=raw,file.filename=r.raw",
};

/** Command lines that read images in all ways but by their plain name; `@` is a new file. */
const lines = {
  info: `
    info $S $LUKS | info --output=json $S $LUKS | info $S $AES | info $S --output=json $QCOW
    info --image-opts driver=qcow2,file.filename=luks.qcow2 | info --image-opts file.filename=a,,b
    info --image-opts $RAW | info --image-opts driver=qcow2,file.driver=file,file.filename=./sn.qcow2
    info $S file.filename=aes.qcow2,encrypt.key-secret=s,encrypt.format=aes | info --image-opts sn.qcow2
    info --image-opts driver=qcow2,encrypt.key-secret=nope,file.filename=luks.qcow2
    info --image-opts --backing-chain driver=qcow2,file.filename=over.qcow2 | info df.qcow2 | info lost.qcow2
    info --output=json df.qcow2`,
  "options that cannot be": `
    info --image-opts '' | info --image-opts driver=qcow2 | info --image-opts filename=r.raw
    info --image-opts driver=nope,file.filename=r.raw
    info --image-opts driver,file.filename=r.raw | info --image-opts driver=qcow2,file=x
    info --image-opts driver=qcow2,file.filename= | info --image-opts file.driver=nope,file.filename=x
    info --image-opts driver=qcow2,foo=1,file.filename=sn.qcow2 | info --image-opts file.driver=file
    info --image-opts driver=qcow2,file.foo=1,file.filename=sn.qcow2 | info --image-opts file.filename=nope
    info $S driver=raw,encrypt.key-secret=s,file.filename=r.raw | info -f raw --image-opts $RAW
    info --image-opts driver=raw,file.filename=file:r.raw | info $S encrypt.format=luks,file.filename=sn.qcow2
    info $S driver=qcow2,encrypt.format=luks,encrypt.key-secret=s,file.filename=aes.qcow2
    info $S driver=qcow2,backing.encrypt.key-secret=s,file.filename=over.qcow2
    compare -f raw --image-opts $RAW $RAW | convert -f raw --image-opts $RAW @`,
  "objects that cannot be": `
    info --object nope,id=x r.raw | info --object secret,id=s r.raw | info --object secret,data=x r.raw
    info --object secret,id=s,foo=1 r.raw | info --object secret,id=s,file=pw,data=x r.raw
    info --object secret,id=s,file=nope r.raw | info --object secret,id=s,file=. r.raw | info --object id=s r.raw
    info --object secret,id=s,data=Y2!,format=base64 r.raw | info --object secret,id=s,data=x,format=foo r.raw
    info --object secret,id=1s,data=x r.raw | info --object '' r.raw | info --object secret,id=s,data r.raw
    info --object secret,id=s,data=x --object secret,id=s,data=x r.raw | compare --object secret r.raw r.raw
    map --object secret,id=s,file=no-text --image-opts $AES | info --object '{"id":"s"}' r.raw`,
  "map and compare": `
    map $S $LUKS | map $S --output=json $LUKS | map $S --output=json $AES | map $S --output=json $QCOW
    map $S $QCOW | map aes.qcow2 | map aes.qcow | map luks.qcow2 | map $W $LUKS | map --image-opts $AES
    map --object secret,id=s,file=pw --image-opts $LUKS | map --image-opts $RAW | map lost.qcow2
    map --object secret,id=s,data=Y29ycHVz,format=base64 --image-opts $LUKS
    map --object '{"qom-type":"secret","id":"s","data":"corpus"}' --image-opts --output=json $LUKS
    map over.qcow2 | map $S --output=json driver=qcow2,backing.encrypt.key-secret=s,file.filename=over.qcow2
    compare $S $LUKS $RAW | compare $S $AES $QCOW | compare luks.qcow2 r.raw | compare r.raw luks.qcow2
    compare $W $AES $RAW | compare $W $LUKS $RAW | compare $S $LUKS r.raw | compare df.qcow2 r.raw
    map df.qcow2 | map --output=json df.qcow2 | compare zstd.qcow2 r.raw | map --output=json zstd.qcow2
    compare -q --object secret,id=other,data=corpus --image-opts $AES $RAW`,
  convert: `
    convert $S $LUKS @ | convert $S $AES @ | convert $S $QCOW @ | convert $W $LUKS @ | convert luks.qcow2 @
    convert --image-opts $AES @ | convert $S $LUKS nodir/@ | convert -O nope $S $LUKS @ | convert df.qcow2 @
    convert lost.qcow2 @ | convert zstd.qcow2 @ | convert -p $S $AES @ | convert nope.qcow2 -l one @
    convert $S driver=qcow2,backing.encrypt.key-secret=s,file.filename=over.qcow2 @`,
  "convert -l": `
    convert -l one sn.qcow2 @ | convert -l 1 sn.qcow2 @ | convert -l 3 sn.qcow2 @ | convert -l two sn.qcow2 @
    convert -l snapshot.id=1 sn.qcow2 @ | convert -l snapshot.name=two sn.qcow2 @ | convert -l '' sn.qcow2 @
    convert -l snapshot.id=1,snapshot.name=one sn.qcow2 @ | convert -l snapshot.name=one sn.qcow2 @
    convert -l snapshot.id=1,snapshot.name=two sn.qcow2 @ | convert -l snapshot.foo=1 sn.qcow2 @
    convert -l nope sn.qcow2 @ | convert -l snapshot.id=9 sn.qcow2 @ | convert -l one r.raw @
    convert -l one nope @ | convert -l snapshot.id nope @ | convert -l one -l two sn.qcow2 @
    convert -l one --image-opts driver=qcow2,file.filename=sn.qcow2 @ | convert -l one aes.qcow @`,
  "json names": `
    info 'json:{"driver":"qcow2","file":{"driver":"file","filename":"zstd.qcow2"}}'
    info 'json:{"file.filename":"r.raw"}'
    info 'json:{"driver":"nope","file.filename":"r.raw"}' | info 'json:{"file.filename":"nope"}'
    info 'json:{"driver":"qcow2"}' | info 'json:{"driver":"raw","file":{"driver":"nope","filename":"r.raw"}}'
    map 'json:{"driver":"raw","file.filename":"zstd.qcow2"}'
    compare 'json:{"driver":"qcow2","file.filename":"zstd.qcow2"}' r.raw
    convert 'json:{"driver":"qcow2","file.filename":"zstd.qcow2"}' @
    convert -l one 'json:{"driver":"qcow2","file.filename":"sn.qcow2"}' @`,
};

describeWithQemu("sources, against qemu-img", () => {
  let folder = "";
  let link = "";
  beforeAll(() => {
    folder = newFolder();
    link = linkAsQemuImg(join(folder, "bin"));
    makeSources(folder);
  });
  afterAll(() => removeFolder(folder));

  it.for(Object.entries(lines))("says what qemu-img says: %s", async ([group, table]) => {
    const differences: unknown[] = [];
    const fileName = (name: string, at: number): string => `${name}-${group}-${at}`;
    const each = table
      .split(/[|\n]/)
      .map((line) => line.trim())
      .filter(Boolean);
    await forEach([...each.entries()], async ([at, line]) => {
      const args = words(line.replaceAll(/\$(\w+)/g, (_, name: string) => short[name] ?? ""));
      const target = args.findIndex((word) => word.endsWith("@"));
      const of = async (program: string, name: string): Promise<Outcome & { made?: Buffer }> => {
        const file = fileName(name, at);
        const named = args.map((word) => word.replace("@", file));
        const outcome = await run(program, named, folder);
        const path = join(folder, file);
        const plain = (text: string): string => text.replaceAll(file, "@");
        return {
          code: outcome.code,
          stdout: plain(outcome.stdout),
          stderr: plain(outcome.stderr),
          ...(target >= 0 && outcome.code === 0 && { made: readFileSync(path) }),
        };
      };
      const theirs = await of("qemu-img", "theirs");
      const ours = await of(link, "ours");
      const { made: theirBytes, ...theirWords } = theirs;
      const { made: ourBytes, ...ourWords } = ours;
      if (JSON.stringify(ourWords) !== JSON.stringify(theirWords))
        differences.push({ line, theirWords, ourWords });
      else if (theirBytes && Buffer.compare(theirBytes, ourBytes ?? Buffer.alloc(0)) !== 0)
        differences.push({ line, problem: "other bytes" });
      if (ours.code !== 0) expect(existsSync(join(folder, fileName("ours", at))), line).toBe(false);
    });
    expect(differences).toEqual([]);
  });
});

/** A disk as it is, encrypted in every way, compressed with zstd, in a data file, and with snapshots. */
function makeSources(folder: string): void {
  const secret = ["--object", "secret,id=s,data=corpus"];
  writeFileSync(join(folder, "pw"), "corpus");
  writeFileSync(join(folder, "no-text"), Uint8Array.of(0xff, 0xfe));
  writeFileSync(join(folder, "r.raw"), disk());
  writeFileSync(join(folder, "a,b"), disk());
  const convert = (format: string, options: string, name: string): void => {
    const args = ["convert", "-f", "raw", "-O", format, ...secret, "-o", options, "r.raw", name];
    let outcome = runOracle("qemu-img", args, folder);
    // On some machines qemu-img can time its key only now and then.
    for (let again = 0; again < 20 && /CPU usage/.test(outcome.stderr); again += 1)
      outcome = runOracle("qemu-img", args, folder);
    expect(outcome.status, outcome.stderr).toBe(0);
  };
  convert("qcow2", "encrypt.format=luks,encrypt.iter-time=10,encrypt.key-secret=s", "luks.qcow2");
  convert("qcow2", "encrypt.format=aes,encrypt.key-secret=s", "aes.qcow2");
  convert("qcow", "encrypt.format=aes,encrypt.key-secret=s", "aes.qcow");
  const zstd = ["-c", "-O", "qcow2", "-o", "compression_type=zstd"];
  qemuImg(["convert", "-f", "raw", ...zstd, "r.raw", "zstd.qcow2"], folder);
  const create = ["create", "-q", "-f", "qcow2"];
  qemuImg([...create, "-u", "-b", "aes.qcow2", "-F", "qcow2", "over.qcow2", "1M"], folder);
  qemuImg([...create, "-o", "data_file=d.raw", "df.qcow2", "1M"], folder);
  qemuImg(["convert", "-n", "-f", "raw", "-O", "qcow2", "r.raw", "df.qcow2"], folder);
  qemuImg([...create, "-o", "data_file=gone.raw", "lost.qcow2", "1M"], folder);
  rmSync(join(folder, "gone.raw"));

  qemuImg(["convert", "-f", "raw", "-O", "qcow2", "r.raw", "sn.qcow2"], folder);
  const path = join(folder, "sn.qcow2");
  for (const [at, name] of ["one", "two", "1", "one"].entries()) {
    qemuIo(path, "qcow2", [`write -P ${at + 1} ${at * 50_000} 70000`]);
    qemuImg(["snapshot", "-c", name, path]);
  }
  qemuIo(path, "qcow2", ["write -P 9 0 1M"]);
}

/** 1 MiB: bytes of every value, zeros, and nothing. */
function disk(): Uint8Array {
  const bytes = new Uint8Array(2 ** 20);
  for (let at = 0; at < 300_000; at += 1) bytes[at] = (at * 7 + (at >> 9)) & 0xff;
  bytes.fill(1, 700_000, 700_512);
  return bytes;
}
