import { nativeCalls } from "../engine";
import { markUp } from "./thread-table";

/** Loads the native code that a thread will need, and says that it can be ended from now on. */
export function tellUp(): void {
  nativeCalls();
  markUp();
}
