import { writeSync } from "node:fs";
import { programName } from "./errors";

/** Whoever reads stdout or stderr has gone: nothing more to say, and nobody to say it to. */
export class ClosedPipe extends Error {
  override readonly name = "ClosedPipe";
}

/** Bytes kept back before they are written in one call. */
const batch = 64 * 1024;

let waiting: string[] = [];
let waitingLength = 0;

/** Writes to stdout; what is small is kept back until `flushOutput`. */
export function print(text: string): void {
  waiting.push(text);
  waitingLength += text.length;
  if (waitingLength >= batch) flushOutput();
}

/** Writes what `print` has kept back. */
export function flushOutput(): void {
  const text = waiting.join("");
  waiting = [];
  waitingLength = 0;
  if (text !== "") writeAll(1, Buffer.from(text));
}

/** Writes bytes of text to stdout, behind what `print` has kept back. */
export function printBytes(text: Uint8Array): void {
  flushOutput();
  writeAll(1, text);
}

/** Writes `PROGRAM: message` and a line end to stderr. */
export function printError(message: string): void {
  writeAll(2, Buffer.from(`${programName()}: ${message}\n`));
}

/** Writes a notice to stderr as it is; output that waits goes first. */
export function printNotice(text: string): void {
  flushOutput();
  writeAll(2, Buffer.from(text));
}

/** Writes `PROGRAM: warning: message` and a line end to stderr. */
export function printWarning(message: string): void {
  printError(`warning: ${message}`);
}

/** Writes all of `bytes`, in the calling thread: process.stdout would load half of Node's streams first. */
function writeAll(fd: number, bytes: Uint8Array): void {
  let done = 0;
  while (done < bytes.length) {
    try {
      done += writeSync(fd, bytes, done);
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : undefined;
      if (code === "EAGAIN") pause();
      else if (code === "EPIPE") throw new ClosedPipe();
      else if (code !== "EINTR") throw error;
    }
  }
}

/** Lets the reader of a full pipe catch up. */
function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
}
