import { statSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import {
  isMainThread,
  MessageChannel,
  receiveMessageOnPort,
  Worker,
  workerData,
  type MessagePort,
} from "node:worker_threads";
import type { CopierWork } from "../engine";

/** What a copier thread is started with, before there is work for it. */
interface Mailbox {
  readonly port: MessagePort;
  /** One 32-bit word: 1 when the work has been posted. */
  readonly posted: SharedArrayBuffer;
}

/** Copying a smaller disk is over before a second thread is up; in bytes of the file. */
const worthAThread = 32 * 1024 * 1024;

// A thread takes longer to come up than an image to be opened and planned: the first one is started
// before this program has so much as read its own code to the end.
const early = isMainThread && willCopy(process.argv.slice(2)) ? [startThread()] : [];

function willCopy([command, ...args]: readonly string[]): boolean {
  if (command !== "convert") return false;
  // A conversion ends before the code that V8 would optimise meanwhile could pay for it, in each thread.
  // Electron's V8 does not have the flag, and says so.
  if (process.versions["electron"] === undefined) setFlagsFromString("--interrupt-budget=1000000");
  const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  try {
    return args.some((arg) => !arg.startsWith("-") && sizeOf(arg) >= worthAThread);
  } catch {
    // Not a name of a file, or not to be seen: what is wrong is told when it is opened.
    return false;
  }
}

/** This file again, as a thread: the command line is one bundled file. Answers where to post its work. */
function startThread(): (work: CopierWork) => void {
  const { port1, port2 } = new MessageChannel();
  const posted = new SharedArrayBuffer(4);
  const mailbox: Mailbox = { port: port2, posted };
  const worker = new Worker(import.meta.filename, { workerData: mailbox, transferList: [port2] });
  // It is never waited for: the process ends when the image is complete.
  worker.unref();
  port1.unref();
  return (work) => {
    port1.postMessage(work);
    const word = new Int32Array(posted);
    Atomics.store(word, 0, 1);
    Atomics.notify(word, 0);
  };
}

/** `ConvertJob.startCopier` for the command line. */
export function startCopier(work: CopierWork): { stop(): void } {
  const post = early.pop() ?? startThread();
  post(work);
  return { stop: () => undefined };
}

/** The work of this thread, which is not the main one; waits until it is there. */
export function receiveWork(): CopierWork {
  const { port, posted } = workerData as Mailbox;
  Atomics.wait(new Int32Array(posted), 0, 0);
  return receiveMessageOnPort(port)?.message as CopierWork;
}
