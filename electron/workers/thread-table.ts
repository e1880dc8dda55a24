import {
  getEnvironmentData,
  isMainThread,
  setEnvironmentData,
  threadId,
} from "node:worker_threads";

const name = "lamina.threads";
/** Threads that are kept in mind: far more than there are at a time. */
const places = 4096;

const table = ((): Int32Array => {
  const known: unknown = getEnvironmentData(name);
  if (known instanceof SharedArrayBuffer) return new Int32Array(known);
  const buffer = new SharedArrayBuffer(places * 4);
  if (isMainThread) setEnvironmentData(name, buffer);
  return new Int32Array(buffer);
})();

/** Says that this thread has loaded all that it will need. */
export function markUp(): void {
  Atomics.store(table, threadId % places, threadId);
}

/** Whether the thread of this id has said so, or has ended: its id is below 0 then. */
export const isUp = (id: number): boolean => id < 0 || Atomics.load(table, id % places) === id;
