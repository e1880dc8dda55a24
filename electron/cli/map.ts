import { isAbsolute } from "node:path";
import { mapBatches, mapState, type DiskImage, type MapBatch, type MapEntry } from "../engine";
import { readArguments, type OptionTable } from "./arguments";
import { CommandError, UsageError } from "./errors";
import { HelpWanted } from "./help";
import { nameInFolderOf } from "./names";
import { openChain } from "./open";
import { readOutputKind, unsupported } from "./option-values";
import { print, printBytes } from "./output";
import { sizeArgument } from "./sizes";
import { createSourceOptions } from "./source-options";
import { putDecimal, putHex, putText } from "./text-bytes";

const options: OptionTable = {
  flags: "hU",
  valued: "fsl",
  long: {
    help: { as: "h" },
    format: { as: "f", valued: true },
    output: { as: "output", valued: true },
    object: { as: "--object", valued: true },
    "image-opts": { as: "--image-opts" },
    "force-share": { as: "U" },
    "start-offset": { as: "s", valued: true },
    "max-length": { as: "l", valued: true },
    trust: { as: "trust" },
    member: { as: "member", valued: true },
  },
};

/** `map`: where the guest's bytes lie. Returns the exit code. */
export function map(args: readonly string[]): number {
  let format: string | undefined;
  let output = "human";
  let start = 0n;
  let longest: bigint | undefined;
  const source = createSourceOptions();
  const [name, ...more] = readArguments("map", args, options, (option, value) => {
    if (option === "h") throw new HelpWanted();
    else if (option === "f") format = value;
    else if (option === "output") output = value;
    else if (option === "s") start = sizeArgument("start offset", value);
    else if (option === "l") longest = sizeArgument("max length", value);
    else if (source.take(option, value)) return;
    else if (option !== "U") throw unsupported("map", option);
  });
  if (name === undefined || more.length > 0) throw new UsageError("Expecting one image file name");
  const json = readOutputKind(output) === "json";

  const { image, names } = openChain(source.image(name, format));
  try {
    const batches = mapOf(image, start, longest);
    if (!json) printTable(batches ?? [], names, image);
    else if (batches !== undefined) printJson(batches);
    // qemu-img prints what it began with.
    else print(`[${entryAt}${start}${entryLength}0${entryMiddle(0, 0, false)}}]\n`);
  } finally {
    image.close();
  }
  return 0;
}

/** The map of the part of the disk that was asked for; undefined when that is nothing. */
function mapOf(
  image: DiskImage,
  start: bigint,
  longest: bigint | undefined,
): Iterable<MapBatch> | undefined {
  const size = BigInt(image.size);
  const left = start < size ? size - start : 0n;
  const length = longest !== undefined && longest < left ? longest : left;
  return length > 0n ? mapBatches(image, Number(start), Number(length)) : undefined;
}

/** An entry's parts between its numbers. */
const entryAt = '{ "start": ';
const entryLength = ', "length": ';
const closingBrace = 0x7d;
function entryMiddle(depth: number, state: number, placed: boolean): string {
  const is = (bit: number): boolean => (state & bit) !== 0;
  return (
    `, "depth": ${depth}, "present": ${is(mapState.present)}, ` +
    `"zero": ${is(mapState.zero)}, "data": ${is(mapState.data)}${placed ? ', "offset": ' : ""}`
  );
}

/** Bytes of text that are written at once. */
const mostText = 256 * 1024;
/** More than an entry takes: three numbers, what stands between them, and a name of 4 KiB or two. */
const longestEntry = 16 * 1024;

/** Text that was made and not printed yet: the first `end` bytes of the buffer. */
interface Text {
  readonly buffer: Uint8Array;
  end: number;
}

/**
 * Prints what `putEntries` adds to the text for one batch after the other; it leaves room for an entry before
 * each by `withRoom`. What was made before an error is printed, too.
 */
function printEntries(
  batches: Iterable<MapBatch>,
  head: string,
  putEntries: (batch: MapBatch, text: Text) => void,
  foot = "",
): void {
  const buffer = new Uint8Array(mostText);
  const text: Text = { buffer, end: putText(buffer, 0, encode(head)) };
  try {
    for (const batch of batches) putEntries(batch, text);
    text.end = putText(buffer, text.end, encode(foot));
  } finally {
    printBytes(buffer.subarray(0, text.end));
  }
}

/** Where the next entry goes: at `end`, or at the beginning, when the room was short and all is printed. */
function withRoom(buffer: Uint8Array, end: number): number {
  if (end <= mostText - longestEntry) return end;
  printBytes(buffer.subarray(0, end));
  return 0;
}

function printJson(batches: Iterable<MapBatch>): void {
  const next = encode(`,\n${entryAt}`);
  const long = encode(entryLength);
  /** By depth, state and whether there is an offset: few differ. */
  const middles: Uint8Array[] = [];
  let before = encode(entryAt);

  // One loop over plain numbers: V8 makes it fast within a few thousand of them.
  function putEntries(batch: MapBatch, text: Text): void {
    const { count, start, length, depth, state, offset } = batch;
    const { buffer } = text;
    let { end } = text;
    for (let index = 0; index < count; index += 1) {
      end = withRoom(buffer, end);
      const place = offset[index]!;
      const kind = depth[index]! * 16 + state[index]! * 2 + (place < 0 ? 0 : 1);
      middles[kind] ??= encode(entryMiddle(depth[index]!, state[index]!, place >= 0));
      end = putText(buffer, end, before);
      end = putDecimal(buffer, end, start[index]!);
      end = putText(buffer, end, long);
      end = putDecimal(buffer, end, length[index]!);
      end = putText(buffer, end, middles[kind]);
      if (place >= 0) end = putDecimal(buffer, end, place);
      buffer[end++] = closingBrace;
      before = next;
    }
    text.end = end;
  }
  printEntries(batches, "[", putEntries, "]\n");
}

const heading = "Offset          Length          Mapped to       File";
const columnWidth = 16;

/** Only what is stored as data: holes and zeros are not shown to people. */
function printTable(
  batches: Iterable<MapBatch>,
  names: readonly string[],
  { layers }: DiskImage,
): void {
  const shown = names.map((name) => encode(`${name}\n`));
  /** By depth, the further file of a layer that was told last: a VMDK has several. */
  const others: { readonly source: unknown; readonly name: Uint8Array }[] = [];

  function nameOf(depth: number, other: MapEntry["file"]): Uint8Array {
    if (other === undefined) return shown[depth]!;
    const last = others[depth];
    if (last?.source === other) return last.name;
    const told = layers[depth]?.facts.dataFile ?? "";
    const path = isAbsolute(told) ? told : nameInFolderOf(names[depth] ?? "", other.name);
    const name = encode(`${path}\n`);
    others[depth] = { source: other, name };
    return name;
  }

  function putEntries(batch: MapBatch, text: Text): void {
    const { count, start, length, depth, state, offset, file } = batch;
    const { buffer } = text;
    for (let index = 0; index < count; index += 1) {
      if ((state[index]! & (mapState.data | mapState.zero)) !== mapState.data) continue;
      if (offset[index]! < 0)
        throw new CommandError("File contains external, encrypted or compressed clusters.");
      let end = withRoom(buffer, text.end);
      end = putHex(buffer, end, start[index]!, columnWidth);
      end = putHex(buffer, end, length[index]!, columnWidth);
      end = putHex(buffer, end, offset[index]!, columnWidth);
      text.end = putText(buffer, end, nameOf(depth[index]!, file[index]));
    }
  }
  printEntries(batches, `${heading}\n`, putEntries);
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
