import { call } from "../api/client";
import { attempt } from "./view";

/** Puts text on the clipboard; `done` is called when it is there. */
export function copyText(text: string, done: () => void): void {
  attempt(async () => {
    await call("app.copyText", { text });
    done();
  });
}
