import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openImage } from "../../electron/engine";
import { random } from "../helpers/seed";
import { newFolder, removeFolder, tempFolder } from "../helpers/temp-folder";
import { casesOf } from "./cases";
import { readCorpus, type SeedImage } from "./corpus";
import { createDraft } from "./draft";
import { exercise, Misbehaviour } from "./exercise";
import { spyOnFiles, type FileSpy } from "./file-spy";
import { makeCorpus } from "./make-corpus";
import { mutate } from "./mutate";

/** Always the same, so that the slice is: `npm run fuzz` takes others. */
const seed = 20261121;
const blocks = 30;
const casesOfBlock = 8;

let made = "";
let corpus: readonly SeedImage[] = [];
beforeAll(() => {
  made = newFolder();
  corpus = readCorpus(makeCorpus(made, seed, { oracle: false, options: false }));
});
afterAll(() => removeFolder(made));

describe("a slice of the fuzzer's cases", () => {
  it("ends in ImageErrors at worst, opens nothing outside and writes nothing", () => {
    const root = tempFolder();
    let spy: FileSpy | undefined;
    let tried = 0;
    for (let block = 0; block < blocks; block += 1)
      for (const one of casesOf({ corpus, seed, root }, block)) {
        if (one.number % 64 >= casesOfBlock) break;
        spy ??= spyOnFiles(one.folder.folder, one.folder.targets);
        const what = `case ${one.number} (${one.image})`;
        expect(
          spy(() => one.try()),
          what,
        ).toEqual([]);
        tried += 1;
      }
    expect(tried).toBe(blocks * casesOfBlock);
    // A few seconds; more where other work takes the processor.
  }, 120_000);

  it("has images of every format, all of which open", () => {
    expect(new Set(corpus.map(({ format }) => format)).size).toBe(10);
    for (const { folder, file, format } of corpus) {
      const image = openImage({ path: join(folder, file), grants: [] });
      expect(image.layers[0]?.format, file).toBe(format);
      image.close();
    }
  });
});

describe("the fuzzer", () => {
  it("makes the same image of the same number, and another of the next", () => {
    const root = tempFolder();
    const made = (count: number): string[] => {
      const bytes: string[] = [];
      for (const one of casesOf({ corpus, seed, root }, 3)) {
        bytes.push(readFileSync(one.folder.path).toString("latin1"));
        if (bytes.length === count) break;
      }
      return bytes;
    };
    const first = made(8);
    expect(made(8)).toEqual(first);
    expect(new Set(first).size).toBeGreaterThan(5);
  });

  it("puts a draft back as it was", () => {
    for (const image of corpus) {
      const path = join(image.folder, image.file);
      const bytes = readFileSync(path);
      const draft = createDraft(bytes);
      for (let turn = 0; turn < 3; turn += 1) {
        mutate(draft, image, random(turn), (at, length) => bytes.subarray(at, at + length));
        draft.reset();
        expect(draft.length).toBe(bytes.length);
        expect(readFileSync(path).equals(draft.bytes)).toBe(true);
      }
    }
  });

  it("notices what is opened outside, through a link too, and what is written", () => {
    const folder = tempFolder();
    const [inside, outside] = [join(folder, "inside"), join(folder, "outside.img")];
    writeFileSync(outside, "secret");
    const spy = spyOnFiles(inside, join(folder, "targets"));
    const opened = spy(() => closeSync(openSync(outside, "r")));
    expect(opened).toEqual([expect.stringContaining("outside.img")]);
    mkdirSync(inside);
    symlinkSync(outside, join(inside, "link.img"));
    const throughLink = spy(() => closeSync(openSync(join(inside, "link.img"), "r")));
    expect(throughLink).toEqual([expect.stringContaining("link.img")]);
    expect(spy(() => closeSync(openSync(join(inside, "new.img"), "w")))).toHaveLength(1);
    expect(spy(() => rmSync(outside))).toEqual([expect.stringContaining("rmSync")]);
    expect(spy(() => {})).toEqual([]);
  });

  it("notices an error that is none of the engine's", () => {
    const broken = {
      get path(): string {
        throw new TypeError("a bug");
      },
      grants: [],
    };
    const trial = { request: broken, targets: tempFolder() };
    expect(() => exercise(trial, random(1))).toThrow(Misbehaviour);
  });
});
