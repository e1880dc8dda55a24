import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { convert, createControl, openImage } from "../../../../electron/engine";
import { qcow2 } from "../../../../electron/engine/formats/qcow2";
import { requireWhole } from "../../../../electron/engine/image/open-image";
import { closedGate } from "../../../../electron/engine/image/gate";
import { memorySource } from "../../../../electron/engine/io/memory";
import type { ImageError } from "../../../../electron/engine/errors";
import { expectBytes } from "../../../helpers/bytes";
import { patternDisk, writeRawFile } from "../../../helpers/pattern-disk";
import { describeWithQemu, qemuImg, runOracle } from "../../../helpers/qemu-img";
import { random, runSeed } from "../../../helpers/seed";
import { newFolder, removeFolder, tempFolder } from "../../../helpers/temp-folder";
import { thrownBy } from "../../io/thrown";

const passphrase = "päss, word";
const secret = ["--object", `secret,id=s,data=${passphrase.replaceAll(",", ",,")}`];
const size = 1_300_000;

/** Makes an encrypted image of a random disk. */
function encrypted(folder: string, seed: number, options: string, format = "qcow2") {
  const raw = join(folder, "a.raw");
  const path = join(folder, `a.${format}`);
  const disk = patternDisk(random(seed), Math.ceil(size / 512) * 512, 300_000);
  writeRawFile(raw, disk);
  const all = `${options},encrypt.key-secret=s`;
  const args = ["convert", "-f", "raw", "-O", format, ...secret, "-o", all, raw, path];
  qemuImg(args);
  return { path, folder, bytes: disk.bytes };
}

function readAll(path: string, given: string): Uint8Array {
  const image = openImage({ path, grants: [], passphrase: given });
  const bytes = new Uint8Array(image.size);
  image.read(0, bytes);
  image.close();
  return bytes;
}

const luks = "encrypt.format=luks,encrypt.iter-time=10";
const cbc = "encrypt.cipher-mode=cbc";
const essiv = "encrypt.ivgen-alg=essiv,encrypt.ivgen-hash-alg=sha256";
const layouts = [
  [
    `${luks},${cbc},cluster_size=512,encrypt.cipher-alg=aes-128,encrypt.hash-alg=sha1,encrypt.ivgen-alg=plain`,
    "qcow2",
  ],
  [`${luks},${cbc},extended_l2=on,encrypt.hash-alg=sha512,${essiv}`, "qcow2"],
  ["encrypt.format=aes", "qcow2"],
  ["encrypt.format=aes,cluster_size=512,compat=0.10", "qcow2"],
  ["encrypt.format=aes", "qcow"],
] as const;

describeWithQemu(`encrypted by qemu-img, seed ${runSeed}`, () => {
  // aes-256-xts-plain64, sha256: qemu-img needs a second or two to choose its iterations.
  let made: ReturnType<typeof encrypted>;
  beforeAll(() => {
    made = encrypted(newFolder(), runSeed, `${luks},cluster_size=4k`);
  });
  afterAll(() => removeFolder(made.folder));

  it.each(layouts.map((layout, i) => [...layout, runSeed + i] as const))(
    "%s (%s, seed %i) reads as what went in",
    (options, format, seed) => {
      const { path, bytes } = encrypted(tempFolder(), seed, options, format);
      expectBytes(readAll(path, passphrase), bytes);
      // At any byte, and after other bytes.
      const image = openImage({ path, grants: [], passphrase });
      const r = random(seed);
      for (let i = 0; i < 40; i += 1) {
        const at = r.between(0, size - 1);
        const part = new Uint8Array(r.between(1, Math.min(size - at, 70_000)));
        image.read(at, part);
        expectBytes(part, bytes.subarray(at, at + part.length), at);
      }
      image.close();
    },
  );

  it("reads as what went in", () => {
    expectBytes(readAll(made.path, passphrase), made.bytes);
  });

  it("a wrong passphrase opens no key slot, and a missing one is told, while the facts are there", () => {
    const { path } = made;
    for (const given of [{ passphrase: "wrong" }, {}]) {
      const image = openImage({ path, grants: [], ...given });
      expect(image.layers[0]?.facts.encryption).toBe("luks");
      // A random disk may be all zeros, which no key is needed to read.
      const error = thrownBy(() => requireWhole(image));
      expect(error).toMatchObject({ code: "passphrase", file: path });
      expect(error.hint).toBeDefined();
      image.close();
    }
  });

  it("converts as any image, by the request alone", () => {
    const { path, folder, bytes } = made;
    const target = join(folder, "plain.raw");
    const control = createControl();
    const request = { path, grants: [], passphrase };
    const source = { images: [request] };
    const job = { options: {}, replace: false, flush: false, control } as const;
    convert({ ...job, source, target, format: "raw" });
    expectBytes(readFileSync(target), bytes);
    const wrong = { images: [{ ...request, passphrase: "x" }] };
    const failing = (): unknown =>
      convert({ ...job, source: wrong, target: `${target}2`, format: "raw" });
    expect(thrownBy(failing).code).toBe("passphrase");
  });

  it("asks no machine for more than it can do", () => {
    const { path } = made;
    const whole = readFileSync(path);
    const at = whole.indexOf("LUKS\xba\xbe", 0, "latin1");
    const failing = (patch: (luksHeader: DataView) => void): ImageError => {
      const bytes = new Uint8Array(whole);
      patch(new DataView(bytes.buffer, at));
      const layer = qcow2.open(memorySource(bytes), closedGate, { passphrase });
      return thrownBy(() => layer.requireReadable?.());
    };
    const text = (view: DataView, offset: number, value: string): void => {
      for (let i = 0; i < 32; i += 1) view.setUint8(offset + i, value.charCodeAt(i) || 0);
    };
    expect(failing((view) => view.setUint32(208 + 4, 0xffffffff)).code).toBe("limit");
    expect(failing((view) => view.setUint32(164, 0xffffffff)).code).toBe("limit");
    expect(failing((view) => view.setUint32(164, 0)).code).toBe("invalid-header");
    expect(failing((view) => view.setUint32(208 + 44, 0xffffffff)).code).toBe("invalid-header");
    expect(failing((view) => view.setUint32(108, 0xffffffff)).code).toBe("invalid-header");
    expect(failing((view) => view.setUint32(208 + 40, 0xffffffff)).code).toBe("truncated");
    expect(failing((view) => text(view, 8, "serpent")).code).toBe("unsupported");
    expect(failing((view) => text(view, 40, "cbc-essiv:sha1")).code).toBe("unsupported");
    expect(failing((view) => text(view, 72, "ripemd160")).code).toBe("unsupported");
    expect(failing((view) => view.setUint8(112, view.getUint8(112) ^ 1)).code).toBe("passphrase");
  });

  it("a second key slot opens it as well, and its passphrase opens the backing file too", () => {
    const { path, folder, bytes } = made;
    const slot = "state=active,new-secret=t,iter-time=10";
    const amend = ["amend", ...secret, "--object", "secret,id=t,data=other", "--image-opts"];
    const image = `driver=qcow2,encrypt.key-secret=s,file.filename=${path}`;
    const options = slot.replaceAll(/(^|,)/g, "$1encrypt.");
    let outcome = runOracle("qemu-img", [...amend, "-o", options, image]);
    for (let again = 0; again < 20 && /CPU usage/.test(outcome.stderr); again += 1)
      outcome = runOracle("qemu-img", [...amend, "-o", options, image]);
    expect(outcome.status, outcome.stderr).toBe(0);
    expectBytes(readAll(path, "other"), bytes);
    const over = join(folder, "over.qcow2");
    qemuImg(["create", "-u", "-q", "-f", "qcow2", "-b", path, "-F", "qcow2", over, String(size)]);
    expectBytes(readAll(over, "other").subarray(0, size), bytes.subarray(0, size));
  });
});
