import { CommandError } from "./errors";
import { sizeArgument } from "./sizes";

/** The value of --output. @throws CommandError. */
export function readOutputKind(value: string): "human" | "json" {
  if (value === "human" || value === "json") return value;
  throw new CommandError("--output must be used with human or json as argument.");
}

/** The error for an option of qemu-img that Lamina does not have; nothing is ever passed over silently. */
export function unsupported(command: string, option: string): CommandError {
  const shown = option.startsWith("-") ? option : `-${option}`;
  return new CommandError(`${command}: option '${shown}' is not supported by this version`);
}

const caches = new Set(["none", "off", "writeback", "writethrough", "directsync", "unsafe"]);

/** Whether `name` is one of qemu-img's cache modes (-t, -T). */
export function isCacheMode(name: string): boolean {
  return caches.has(name);
}

/** The value of -m: 1 to 16 coroutines to qemu-img, threads to us. @throws CommandError */
export function readThreads(value: string): number {
  const count = /^\s*\+?(0x[\da-f]+|\d+)$/i.exec(value)?.[1];
  if (count !== undefined && Number(count) >= 1 && Number(count) <= 16) return Number(count);
  throw new CommandError(
    "Invalid number of coroutines. Allowed number of coroutines is between 1 and 16",
  );
}

/**
 * The value of -S in bytes: the least run of zeros to leave out, 0 for none. All
 * others come to the same in Lamina, which looks for zeros block by block.
 * @throws CommandError
 */
export function readSparseSize(value: string): number {
  const bytes = sizeArgument("buffer size for sparse output", value);
  if (bytes % 512n !== 0n || bytes > 16_777_216n)
    throw new CommandError(
      "Invalid buffer size for sparse output specified. Valid sizes are multiples of 512 up to " +
        "16777216. Select 0 to disable sparse detection (fully allocates output).",
    );
  return Number(bytes);
}

/** The value of -r in bytes a second, 0 for no limit. @throws CommandError */
export function readRate(value: string): number {
  return Number(sizeArgument("rate limit", value));
}
