import { parentPort, workerData } from "node:worker_threads";
import { copierExtras, copierMain, type CopierWork } from "../engine";
import { tellUp } from "./tell-up";

/**
 * One more pair of hands for a conversion, which ends it when that is over. A thread that ends by itself
 * first waits for what V8 compiles, and that may wait for memory which only this thread could tidy up.
 */
parentPort?.on("message", () => {});
tellUp();
copierMain(workerData as CopierWork, copierExtras);
