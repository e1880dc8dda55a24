import { statSync } from "node:fs";
import {
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

/** `ConvertJob.startCopier` for the command line. */
export type StartCopier = (work: CopierWork) => { stop(): void };

/** Copying a smaller disk is over before a second thread is up; in bytes of the file. */
const worthAThread = 32 * 1024 * 1024;

/**
 * Starts copiers, the first of them before there is work when the arguments let expect some: a thread
 * takes longer to come up than an image to be opened and planned. `script` is what each of them runs.
 */
export function createCopiers(script: string, args: readonly string[]): StartCopier {
  const early = willCopy(args) ? [startThread(script)] : [];
  return (work) => {
    const post = early.pop() ?? startThread(script);
    post(work);
    return { stop: () => undefined };
  };
}

function willCopy([command, ...args]: readonly string[]): boolean {
  if (command !== "convert") return false;
  const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  try {
    return args.some((arg) => !arg.startsWith("-") && sizeOf(arg) >= worthAThread);
  } catch {
    // Not a name of a file, or not to be seen: what is wrong is told when it is opened.
    return false;
  }
}

/** Answers where to post the thread's work. */
function startThread(script: string): (work: CopierWork) => void {
  const { port1, port2 } = new MessageChannel();
  const posted = new SharedArrayBuffer(4);
  const mailbox: Mailbox = { port: port2, posted };
  const worker = new Worker(script, { workerData: mailbox, transferList: [port2] });
  // One that cannot start is no error: the other copies alone.
  worker.on("error", () => undefined);
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

/** The work of this thread, which is not the main one; waits until it is there. */
export function receiveWork(): CopierWork {
  const { port, posted } = workerData as Mailbox;
  Atomics.wait(new Int32Array(posted), 0, 0);
  return receiveMessageOnPort(port)?.message as CopierWork;
}
