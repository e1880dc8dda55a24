import { parentPort, workerData } from "node:worker_threads";
import { copierExtras, copierMain, type CopierWork } from "../engine";
import { tellUp } from "./tell-up";

/**
 * One more pair of hands for a conversion; it ends with the thread that has started it. One that ends by
 * itself first waits for work of V8, which in Electron may be that of a thread that is gone, and whoever
 * started it then waits for it.
 */
parentPort?.on("message", () => {});
tellUp();
copierMain(workerData as CopierWork, copierExtras);
