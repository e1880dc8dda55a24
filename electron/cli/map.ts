import { isAbsolute } from "node:path";
import { mapBatches, mapState, type DiskImage, type MapBatch } from "../engine";
import { readArguments, type OptionTable } from "./arguments";
import { CommandError, UsageError } from "./errors";
import { HelpWanted } from "./help";
import { nameInFolderOf } from "./names";
import { openChain } from "./open";
import { readOutputKind, unsupported } from "./option-values";
import { print, printBytes } from "./output";
import { sizeArgument } from "./sizes";
import { createSourceOptions } from "./source-options";
import { createTextBytes, type TextBytes } from "./text-bytes";

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
  const text = createTextBytes(printBytes);
  try {
    if (!json) text.put(encode(`${heading}\n`));
    const batches = mapOf(image, start, longest);
    if (batches !== undefined) {
      if (json) printJson(batches, text);
      else printTable(batches, text, names, image);
    }
    // qemu-img prints what it began with.
    else if (json) print(`[${entryAt}${start}${entryLength}0${entryMiddle(0, 0, false)}}]\n`);
  } finally {
    text.flush();
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
function entryMiddle(depth: number, state: number, placed: boolean): string {
  const is = (bit: number): boolean => (state & bit) !== 0;
  return (
    `, "depth": ${depth}, "present": ${is(mapState.present)}, ` +
    `"zero": ${is(mapState.zero)}, "data": ${is(mapState.data)}${placed ? ', "offset": ' : ""}`
  );
}

function printJson(batches: Iterable<MapBatch>, text: TextBytes): void {
  const next = encode(`,\n${entryAt}`);
  const long = encode(entryLength);
  const close = encode("}");
  /** By depth, state and whether there is an offset: few differ. */
  const middles: Uint8Array[] = [];
  let before = encode(`[${entryAt}`);
  for (const { count, start, length, depth, state, offset } of batches) {
    for (let index = 0; index < count; index += 1) {
      const place = offset[index]!;
      const kind = depth[index]! * 16 + state[index]! * 2 + (place < 0 ? 0 : 1);
      text.put(before);
      text.putDecimal(start[index]!);
      text.put(long);
      text.putDecimal(length[index]!);
      text.put((middles[kind] ??= encode(entryMiddle(depth[index]!, state[index]!, place >= 0))));
      if (place >= 0) text.putDecimal(place);
      text.put(close);
      before = next;
    }
  }
  text.put(encode("]\n"));
}

const heading = "Offset          Length          Mapped to       File";
const columnWidth = 16;

/** Only what is stored as data: holes and zeros are not shown to people. */
function printTable(
  batches: Iterable<MapBatch>,
  text: TextBytes,
  names: readonly string[],
  { layers }: DiskImage,
): void {
  const shown = names.map((name) => encode(`${name}\n`));
  /** By depth, the further file of a layer that was told last: a VMDK has several. */
  const others: { readonly source: unknown; readonly name: Uint8Array }[] = [];
  for (const { count, start, length, depth, state, offset, file } of batches) {
    for (let index = 0; index < count; index += 1) {
      if ((state[index]! & (mapState.data | mapState.zero)) !== mapState.data) continue;
      if (offset[index]! < 0)
        throw new CommandError("File contains external, encrypted or compressed clusters.");
      text.putHex(start[index]!, columnWidth);
      text.putHex(length[index]!, columnWidth);
      text.putHex(offset[index]!, columnWidth);
      const other = file[index];
      const at = depth[index]!;
      if (other === undefined) text.put(shown[at]!);
      else if (others[at]?.source === other) text.put(others[at].name);
      else {
        const told = layers[at]?.facts.dataFile ?? "";
        const name = isAbsolute(told) ? told : nameInFolderOf(names[at] ?? "", other.name);
        others[at] = { source: other, name: encode(`${name}\n`) };
        text.put(others[at].name);
      }
    }
  }
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
