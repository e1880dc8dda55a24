import { ImageError, type DiskImage } from "../engine";
import { readArguments, type OptionTable } from "./arguments";
import { CommandError, UsageError } from "./errors";
import { HelpWanted } from "./help";
import { openChain } from "./open";
import { isCacheMode } from "./option-values";
import { flushOutput, print } from "./output";
import { sizeArgument } from "./sizes";
import { createSourceOptions } from "./source-options";
import { hostReason, plainReason } from "./wording";

const options: OptionTable = {
  flags: "hnqwU",
  valued: "cdfiosSt",
  long: {
    help: { as: "h" },
    "flush-interval": { as: "flush-interval", valued: true },
    pattern: { as: "pattern", valued: true },
    "no-drain": { as: "no-drain" },
    "image-opts": { as: "--image-opts" },
    "force-share": { as: "U" },
    trust: { as: "trust" },
  },
};

/** Largest request, and largest depth and count. */
const most = 2 ** 31 - 1;

/** `bench`: how long many reads through an image take. Returns the exit code. */
export function bench(args: readonly string[]): number {
  const numbers = new Map<string, number>();
  let format: string | undefined;
  const flags = new Set<string>();
  let cache = "writeback";
  const source = createSourceOptions();
  const [name, ...more] = readArguments("bench", args, options, (option, value) => {
    if (option === "h") throw new HelpWanted();
    else if (option === "f") format = value;
    else if (option === "t") cache = readCache(value);
    else if (option === "i" && !["threads", "native", "io_uring"].includes(value))
      throw new CommandError(`Invalid aio option: ${value}`);
    else if (readers[option] !== undefined) numbers.set(option, readers[option](value));
    else if (!source.take(option, value)) flags.add(option);
  });
  if (name === undefined || more.length > 0) throw new UsageError("Expecting one image file name");
  if (flags.has("w")) throw new CommandError("bench: option '-w' is not supported by this version");
  if (numbers.has("flush-interval"))
    throw new CommandError("--flush-interval is only available in write tests");
  if (flags.has("n") && !directCaches.has(cache))
    throw new CommandError(
      `Could not open '${name}': aio=native was specified, but it requires cache.direct=on, which ` +
        "was not specified.",
    );
  const { image } = openChain(source.image(name, format));
  try {
    const size = numbers.get("s") ?? 4096;
    const work = {
      count: numbers.get("c") ?? 75000,
      size,
      step: numbers.get("S") || size,
      offset: numbers.get("o") ?? 0,
    };
    print(
      `Sending ${work.count} read requests, ${size} bytes each, ${numbers.get("d") ?? 64} in parallel ` +
        `(starting at offset ${work.offset}, step size ${work.step})\n`,
    );
    flushOutput();
    const begun = performance.now();
    readAll(image, work);
    print(`Run completed in ${((performance.now() - begun) / 1000).toFixed(3)} seconds.\n`);
  } finally {
    image.close();
  }
  return 0;
}

/** Cache modes that go past the system's cache. */
const directCaches = new Set(["none", "off", "directsync"]);

function readCache(value: string): string {
  if (isCacheMode(value)) return value;
  throw new CommandError("Invalid cache mode");
}

/** Requests, all but `count` in bytes. */
interface Work {
  readonly count: number;
  readonly size: number;
  readonly step: number;
  readonly offset: number;
}

/** Reads one request after the other; behind the last that fits they begin again at byte 0. */
function readAll(image: DiskImage, { count, size, step, offset }: Work): void {
  const into = new Uint8Array(size);
  let at = offset;
  for (let sent = 0; sent < count; sent += 1) {
    try {
      if (at + size > image.size) throw new CommandError("Failed request: Input/output error");
      image.read(at, into);
    } catch (error) {
      if (!(error instanceof ImageError)) throw error;
      throw new CommandError(`Failed request: ${hostReason(error) ?? plainReason(error)}`);
    }
    at += step;
    if (image.size <= size) at = 0;
    else at %= image.size - size;
  }
}

/** The options that are numbers. @throws CommandError in qemu-img's words. */
const readers: Readonly<Record<string, (value: string) => number>> = {
  c: (value) => count(value, "request count"),
  d: (value) => count(value, "queue depth"),
  "flush-interval": (value) => count(value, "flush interval"),
  pattern: (value) => {
    const byte = count(value, "pattern byte");
    if (byte <= 0xff) return byte;
    throw new CommandError("Invalid pattern byte specified");
  },
  o: (value) => bytes(value, "offset", Number.MAX_SAFE_INTEGER),
  s: (value) => bytes(value, "buffer size", most),
  S: (value) => bytes(value, "step_size", most),
};

function count(value: string, what: string): number {
  const number = /^\s*\+?(0x[\da-f]+|\d+)$/i.exec(value)?.[1];
  if (number !== undefined && Number(number) <= most) return Number(number);
  throw new CommandError(`Invalid ${what} specified`);
}

function bytes(value: string, what: string, largest: number): number {
  const size = sizeArgument(what, value);
  if (size <= BigInt(largest)) return Number(size);
  throw new CommandError(`Invalid ${what} specified. Must be between 0 and ${largest}.`);
}
