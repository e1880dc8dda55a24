import { parentPort, workerData } from "node:worker_threads";
import { loadWithCompiled } from "../compiled-code";
import type { CompiledFolders, InspectOrder } from "./messages";

/** Milliseconds after an answer: what was compiled for it is kept when nobody waits any more. */
const KEEP_COMPILED_MS = 2000;

const folders = workerData as CompiledFolders | undefined | null;
const keepCompiled = folders && loadWithCompiled(folders.chunks, folders.compiled, "inspector");
const loading = import("./inspect");
void loading.then(({ tellUp }) => tellUp());

/** The thread in which strangers' images are opened: one order, one answer. */
parentPort?.on("message", (order: InspectOrder) => void answer(order));

async function answer(order: InspectOrder): Promise<void> {
  const { inspect } = await loading;
  parentPort?.postMessage(inspect(order));
  if (keepCompiled) setTimeout(keepCompiled, KEEP_COMPILED_MS).unref();
}
