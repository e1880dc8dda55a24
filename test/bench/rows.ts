import { execFileSync } from "node:child_process";
import * as zlib from "node:zlib";
import {
  chainOfThree,
  hugeQcow2,
  qemuMade,
  sixteenSnapshots,
  sparseRaw,
  thickRaw,
  type Input,
} from "./inputs";
import { checkChanged, checkConverted, checkInfo, checkSameText } from "./verify";

/** One line of the benchmark's table: what Lamina does, what it is held against, and the bars. */
export interface Row {
  readonly name: string;
  readonly input: Input;
  readonly bars: Bars;
  /** Whether both make an image; otherwise what they print counts. */
  readonly makesImage: boolean;
  /** Makes what a program then changes, before its time is taken. */
  prepare?(input: string, output: string): void;
  /** Lamina's arguments. */
  lamina(input: string, output: string): readonly string[];
  /** The program that it is held against, and its arguments. */
  other(input: string, output: string): readonly string[];
  /** Checks what Lamina made. @throws Error that says what is wrong. */
  verify(made: Made): Promise<void>;
}

/** What a round left behind, as paths: the images or, for commands that print, what was printed. */
export interface Made {
  readonly input: string;
  readonly lamina: string;
  readonly other: string;
}

/** What Lamina may take at most. */
export interface Bars {
  /** Times the other program's wall time; without it the ratio is only reported. */
  readonly wall?: number;
  /** Bytes of memory at once. */
  readonly peak: number;
}

const megabyte = 1e6;
const plain = 130 * megabyte;
const compressed = 256 * megabyte;

const zstd = ["-c", "-o", "compression_type=zstd"];
/** Node decodes Zstandard itself from 22.15 on; before, it is decoded in JavaScript. */
const zstdBar = "zstdDecompressSync" in zlib ? { wall: 0.75 } : {};
/** qemu-img with all the threads that it can have. */
const widest = ["-m", "16", "-W"];

const stream = "subformat=streamOptimized";
const split = "subformat=twoGbMaxExtentSparse";
const madeAs = (subformat: string): Input => qemuMade("vmdk", "-o", subformat);

/** Every row with its bars; a new one is one line. */
export const rows: readonly Row[] = [
  convert("sparse raw to qcow2", sparseRaw, "qcow2", { wall: 0.8, peak: plain }),
  convert("thick raw to qcow2", thickRaw, "qcow2", { wall: 0.65, peak: plain }),
  convert("qcow2 to raw", qemuMade("qcow2"), "raw", { wall: 0.85, peak: plain }),
  convert("qcow2 to qcow2", qemuMade("qcow2"), "qcow2", { wall: 0.8, peak: plain }),
  convert("chain of three to raw", chainOfThree, "raw", { wall: 0.75, peak: plain }),
  convert("vdi to qcow2", qemuMade("vdi"), "qcow2", { wall: 0.75, peak: plain }),
  convert("vhdx to raw", qemuMade("vhdx"), "raw", { peak: plain }),
  convert("vhd to raw", qemuMade("vpc"), "raw", { peak: plain }),
  convert("qcow v1 to raw", qemuMade("qcow"), "raw", { peak: plain }),
  convert("qcow2 zlib to raw", qemuMade("qcow2", "-c"), "raw", { wall: 0.65, peak: compressed }),
  convert("qcow2 zstd to raw", qemuMade("qcow2", ...zstd), "raw", { ...zstdBar, peak: compressed }),
  convert("raw to qcow2 zlib", sparseRaw, "qcow2", { wall: 0.3, peak: compressed }, "-c"),
  against(
    convert(
      "raw to qcow2 zlib, widest",
      sparseRaw,
      "qcow2",
      { wall: 0.55, peak: compressed },
      "-c",
    ),
    ...widest,
  ),
  convert("vmdk stream to raw", madeAs(stream), "raw", { wall: 0.45, peak: compressed }),
  convert("raw to vmdk stream", sparseRaw, "vmdk", { wall: 0.35, peak: compressed }, "-o", stream),
  convert("split vmdk to qcow2", madeAs(split), "qcow2", { peak: plain }),
  convert("raw to vmdk", sparseRaw, "vmdk", { peak: plain }),
  map("map of 2 TiB qcow2", hugeQcow2, { wall: 0.45, peak: plain }),
  reading("map with 16 snapshots", sixteenSnapshots, { wall: 0.6, peak: plain }, [
    "map",
    "--output=json",
  ]),
  reading("check with 16 snapshots", sixteenSnapshots, { wall: 0.6, peak: plain }, ["check"]),
  change("delete a snapshot of 16", sixteenSnapshots, { wall: 0.6, peak: plain }, [
    "snapshot",
    "-d",
    "s8",
  ]),
  info("info against bare Node", qemuMade("qcow2"), { wall: 2.5, peak: plain }),
];

/** Both programs convert with the same arguments. */
function convert(
  name: string,
  input: Input,
  format: string,
  bars: Bars,
  ...options: string[]
): Row {
  const args = (from: string, to: string): string[] => {
    return ["convert", "-f", input.format, "-O", format, ...options, from, to];
  };
  return {
    name,
    input,
    bars,
    makesImage: true,
    lamina: args,
    other: (from, to) => ["qemu-img", ...args(from, to)],
    verify: (made) => checkConverted(made, input.format, format),
  };
}

/** The row with more arguments for the other program alone. */
function against(row: Row, ...more: string[]): Row {
  return {
    ...row,
    other: (from, to) => {
      const [program = "", command = "", ...rest] = row.other(from, to);
      return [program, command, ...more, ...rest];
    },
  };
}

function map(name: string, input: Input, bars: Bars): Row {
  return reading(name, input, bars, ["map", "--output=json"]);
}

/** Both programs print the same of an image. */
function reading(name: string, input: Input, bars: Bars, command: readonly string[]): Row {
  const args = (from: string): string[] => [...command, "-f", input.format, from];
  return {
    name,
    input,
    bars,
    makesImage: false,
    lamina: args,
    other: (from) => ["qemu-img", ...args(from)],
    verify: checkSameText,
  };
}

/** Both programs change a copy of the input. */
function change(name: string, input: Input, bars: Bars, command: readonly string[]): Row {
  const args = (_: string, copy: string): string[] => [...command, copy];
  return {
    name,
    input,
    bars,
    makesImage: true,
    // With its holes: most of the input is one. On the disk, as every input: whoever flushes first would
    // else write what cp has left to be written.
    prepare(from, copy) {
      execFileSync("cp", ["--sparse=always", from, copy]);
      execFileSync("sync", [copy]);
    },
    lamina: args,
    other: (from, copy) => ["qemu-img", ...args(from, copy)],
    verify: checkChanged,
  };
}

/** qemu-img is started sooner than any Node: here the bar is what Lamina adds to Node's own start. */
function info(name: string, input: Input, bars: Bars): Row {
  return {
    name,
    input,
    bars,
    makesImage: false,
    lamina: (from) => ["info", "--output=json", from],
    // An empty script.
    other: () => [process.execPath, "/dev/null"],
    verify: checkInfo,
  };
}
