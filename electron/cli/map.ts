import { mapImage, type DiskImage, type MapEntry } from "../engine";
import { readArguments, type OptionTable } from "./arguments";
import { CommandError, UsageError } from "./errors";
import { HelpWanted } from "./help";
import { nameInFolderOf } from "./names";
import { openChain } from "./open";
import { readOutputKind, unsupported } from "./option-values";
import { print } from "./output";
import { sizeArgument } from "./sizes";
import { createSourceOptions } from "./source-options";

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
    if (!json) print(row("Offset", "Length", "Mapped to", "File"));
    const entries = mapOf(image, start, longest);
    if (json) printJson(entries);
    else printTable(entries, names);
  } finally {
    image.close();
  }
  return 0;
}

function mapOf(image: DiskImage, start: bigint, longest: bigint | undefined): Iterable<MapEntry> {
  const size = BigInt(image.size);
  const left = start < size ? size - start : 0n;
  const length = longest !== undefined && longest < left ? longest : left;
  if (length > 0n) return mapImage(image, Number(start), Number(length));
  // qemu-img prints what it began with.
  const at = Number(start);
  return [{ start: at, length: 0, depth: 0, present: false, zero: false, data: false }];
}

function printJson(entries: Iterable<MapEntry>): void {
  let before = "[";
  for (const { start, length, depth, present, zero, data, offset } of entries) {
    const place = offset === undefined ? "" : `, "offset": ${offset}`;
    print(
      `${before}{ "start": ${start}, "length": ${length}, "depth": ${depth}, ` +
        `"present": ${present}, "zero": ${zero}, "data": ${data}${place}}`,
    );
    before = ",\n";
  }
  print("]\n");
}

/** Only what is stored as data: holes and zeros are not shown to people. */
function printTable(entries: Iterable<MapEntry>, names: readonly string[]): void {
  for (const { start, length, depth, zero, data, offset, file } of entries) {
    if (!data || zero) continue;
    if (offset === undefined)
      throw new CommandError("File contains external, encrypted or compressed clusters.");
    const name = names[depth] ?? "";
    const shown = file === undefined ? name : nameInFolderOf(name, file.name);
    print(row(hex(start), hex(length), hex(offset), shown));
  }
}

function row(offset: string, length: string, place: string, file: string): string {
  return `${offset.padEnd(16)}${length.padEnd(16)}${place.padEnd(16)}${file}\n`;
}

function hex(value: number): string {
  return value === 0 ? "0" : `0x${value.toString(16)}`;
}
