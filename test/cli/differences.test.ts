import { statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWithQemu } from "../helpers/qemu-img";
import { newFolder, removeFolder } from "../helpers/temp-folder";
import { makeImages } from "./images";
import { forEach, linkAsQemuImg, run, words, type Outcome } from "./programs";

/** What differs: the exit code and the end of what is printed, by qemu-img and by Lamina. */
interface Difference {
  readonly line: string;
  readonly theirs: readonly [code: number, text: string];
  readonly ours: readonly [code: number, text: string];
}

const unsupported = "is not supported by this version\n";

/**
 * Everything on which Lamina differs from qemu-img on purpose: the same list as in docs/qemu-img.md,
 * save the offset of a strict mismatch, which depends on when the file system allocates.
 */
const differences: readonly Difference[] = [
  // Files that an image names are opened in its own folder only.
  {
    line: "map sub/up.qcow2",
    theirs: [0, "s.qcow2\n"],
    ours: [
      1,
      "Could not open 'sub/up.qcow2': Could not open backing file: The backing file ../s.qcow2 lies outside " +
        "the folder of sub/up.qcow2. Allow this file when you trust the image (command line: --trust).\n",
    ],
  },
  {
    line: "info --backing-chain sub/up.qcow2",
    theirs: [0, "extended l2: false\n"],
    ours: [1, "(command line: --trust).\n"],
  },
  {
    line: "map elsewhere.qcow2",
    theirs: [1, "Could not open '/nonexistent/base.img': No such file or directory\n"],
    ours: [1, "(command line: --trust).\n"],
  },
  { line: "map json.qcow2", theirs: [1, '"file"\n'], ours: [1, "Unknown protocol 'json'\n"] },
  // Devices are not opened.
  { line: "info /dev/null", theirs: [0, "0 B\n"], ours: [1, "to be a regular file\n"] },
  // A file: name is relative to the image too, not to the folder that the command runs in.
  {
    line: "map sub/file-name.qcow2",
    theirs: [0, "        five\n"],
    ours: [1, "Could not open backing file: Could not open 'five': No such file or directory\n"],
  },
  // Formats that Lamina does not read are named, and never taken for raw.
  {
    line: "info disk.qed",
    theirs: [0, "cluster_size: 65536\n"],
    ours: [
      1,
      "Could not open 'disk.qed': Format 'qed' is not supported. " +
        "Name the format raw to take the file as it is.\n",
    ],
  },
  {
    line: "info -f qed disk.qed",
    theirs: [0, "cluster_size: 65536\n"],
    ours: [1, "Unknown driver 'qed'\n"],
  },
  // A fixed VHD is told by its footer.
  {
    line: "create -f qcow2 -b fixed.vhd new.qcow2",
    theirs: [1, "Detected format of raw."],
    ours: [1, "Detected format of vpc.\n"],
  },
  // Extents are opened in the image's own folder only.
  {
    line: "map sub/extent-above.vmdk",
    theirs: [0, "a.img\n"],
    ours: [1, "(command line: --trust).\n"],
  },
  // Sizes that a format cannot have, in Lamina's own words.
  {
    line: "create -f vdi new 1P",
    theirs: [1, "max supported is 0x1fffff8000000)\n"],
    ours: [1, "A disk of 1125899906842624 bytes is too large for VDI\n"],
  },
  // Where the blocks of a VHDX lie.
  {
    line: "map --output=json dynamic.vhdx",
    theirs: [0, '"length": 1048576, "depth": 0, "present": true, "zero": false, "data": true}]\n'],
    ours: [0, '"length": 1048576, "depth": 0, "present": true, "zero": true, "data": false}]\n'],
  },
  // A data file is looked for beside its image, not in the folder that the command runs in.
  {
    line: "map sub/data-file.qcow2",
    theirs: [0, "File\n"],
    ours: [1, "Could not open 'sub/beside.raw': No such file or directory\n"],
  },
  // A secret of the image is tried on its backing files, too.
  {
    line: "map --object secret,id=s,data=abc --image-opts encrypt.key-secret=s,file.filename=on-aes.qcow2",
    theirs: [
      1,
      "Could not open backing file: Parameter 'encrypt.key-secret' is required for cipher\n",
    ],
    ours: [0, "File\n"],
  },
  // Unallocated subclusters have no offset, though their cluster has one.
  {
    line: "map --output=json sub-metadata.qcow2",
    theirs: [0, '"zero": true, "data": false, "offset": 327680}]\n'],
    ours: [0, '"zero": true, "data": false}]\n'],
  },
  // The target is written beside and renamed; it never is the source.
  {
    line: "convert five five",
    theirs: [1, "Is another process using the image [five]?\n"],
    ours: [1, "five is a file that the conversion reads. Choose another name.\n"],
  },
  // The hint ends with a line end.
  {
    line: "create -f qcow2 -b a.img new.qcow2",
    theirs: [1, "Detected format of raw."],
    ours: [1, "Detected format of raw.\n"],
  },
  // Compressed clusters cannot lie in a data file; qemu-img finds out while it writes.
  {
    line: "convert -c -O qcow2 -o data_file=new.data s.qcow2 new",
    theirs: [1, "error while writing at byte 0: Operation not supported\n"],
    ours: [1, "Compressed clusters cannot lie in an external data file\n"],
  },
  // A data file lies beside its image.
  {
    line: "create -f qcow2 -o data_file=sub/new.data new 1M",
    theirs: [0, "refcount_bits=16\n"],
    ours: [1, "must lie beside the image, under a name of its own\n"],
  },
  // Options and commands that Lamina does not have are refused, never passed over.
  ...[
    ["create -f vmdk -o hwversion=99 new 1M", "Option 'hwversion=99'"],
    ["create -f vmdk -o compat6=on new 1M", "Option 'compat6=on'"],
    ["create -f vmdk -o toolsversion=9 new 1M", "Option 'toolsversion=9'"],
    ["create -f vpc -o force_size=off new 1M", "Option 'force_size=off'"],
    ["create -f qcow new 1M", "Creating images in format 'qcow'"],
    ["convert -O parallels five new", "Creating images in format 'parallels'"],
  ].map(([line = "", what = ""]): Difference => ({
    line,
    theirs: [0, ""],
    ours: [1, `${what} ${unsupported}`],
  })),
  // qemu-img takes it for any image, and does nothing.
  {
    line: "create -f vdi -o preallocation=full new 1M",
    theirs: [0, ""],
    ours: [1, "cannot be 'full' for an image that grows. Choose a fixed, static or flat image.\n"],
  },
  // As for qcow2.
  {
    line: "create -f vmdk -o backing_fmt=vmdk new 1M",
    theirs: [0, ""],
    ours: [1, "Backing format cannot be used without backing file\n"],
  },
  // A smaller size takes resize --shrink.
  {
    line: "amend -o size=512k dirty.qcow2",
    theirs: [0, ""],
    ours: [1, "A smaller size is refused here: use resize --shrink\n"],
  },
  // Writing is measured on no image.
  {
    line: "bench -w -c 1 large.qcow2",
    theirs: [0, "seconds.\n"],
    ours: [1, "bench: option '-w' is not supported by this version\n"],
  },
  {
    line: "check -f vpc fixed.vhd",
    theirs: [63, "This image format does not support checks\n"],
    ours: [0, "No errors were found on the image.\n"],
  },
  // qemu-img's measure prints its help for what it does not know.
  {
    line: "measure -x five",
    theirs: [0, "measure: invalid option -- 'x'\n"],
    ours: [1, "unrecognized option '-x'\nTry 'qemu-img --help' for more information\n"],
  },
  {
    line: "measure --size 1E",
    theirs: [0, "fully allocated size: 1152921504606846976\n"],
    ours: [1, "The image size is too large\n"],
  },
];

/** What a program printed last: its error, or else its output. */
const printed = ({ stdout, stderr }: Outcome): string => stderr || stdout;

describeWithQemu("what Lamina does otherwise than qemu-img, on purpose", () => {
  let folder = "";
  let link = "";
  beforeAll(() => {
    folder = newFolder();
    link = linkAsQemuImg(join(folder, "bin"));
    makeImages(folder);
  });
  afterAll(() => removeFolder(folder));

  it("is exactly this", async () => {
    const wrong: unknown[] = [];
    const holds = (outcome: Outcome, [code, text]: readonly [number, string]): boolean =>
      outcome.code === code && printed(outcome).endsWith(text);
    await forEach([...differences.entries()], async ([at, difference]) => {
      const args = words(difference.line).map((word) => word.replaceAll("new", `new-${at}`));
      // Lamina first: where it refuses, it must leave nothing that would be in qemu-img's way.
      const ours = await run(link, args, folder);
      const theirs = await run("qemu-img", args, folder);
      if (!holds(ours, difference.ours) || !holds(theirs, difference.theirs))
        wrong.push({ difference, ours, theirs });
    });
    expect(wrong).toEqual([]);
  });

  it("opens a base outside the image's folder with --trust, and says then what qemu-img says", async () => {
    for (const line of ["map sub/up.qcow2", "info --backing-chain sub/absolute.qcow2"]) {
      const trusted = await run(link, [...words(line), "--trust"], folder);
      expect(trusted).toEqual(await run("qemu-img", words(line), folder));
    }
    const compared = await run(link, words("compare --trust s.qcow2 sub/up.qcow2"), folder);
    expect(compared).toEqual({ code: 0, stdout: "Images are identical.\n", stderr: "" });
  });

  it("converts a snapshot in the size that it had", async () => {
    const made = async (program: string, name: string): Promise<number> => {
      const outcome = await run(program, words(`convert -l small grown.qcow2 ${name}`), folder);
      expect(outcome).toEqual({ code: 0, stdout: "", stderr: "" });
      return statSync(join(folder, name)).size;
    };
    expect(await made(link, "our-snapshot")).toBe(2 ** 20);
    expect(await made("qemu-img", "their-snapshot")).toBe(3 * 2 ** 20);
  });

  it("keeps what is at the target when it fails", async () => {
    const line = "convert -O qcow2 -o cluster_size=3k five other-five";
    expect((await run(link, words(line), folder)).code).toBe(1);
    const still = await run(link, words("compare five other-five"), folder);
    expect(still.stdout).toBe("Content mismatch at offset 0!\n");
  });
});
