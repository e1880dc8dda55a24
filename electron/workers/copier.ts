import { workerData } from "node:worker_threads";
import { copierExtras, copierMain, type CopierWork } from "../engine";
import { tellUp } from "./tell-up";

tellUp();
// One more pair of hands for a conversion; it ends when the conversion does.
copierMain(workerData as CopierWork, copierExtras);
