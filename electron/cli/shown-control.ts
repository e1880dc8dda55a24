import { createControl, type Control } from "../engine";
import type { Progress } from "./progress";

/** A control that shows every step it counts: the engine works in this thread. */
export function shownControl(progress: Progress): Control {
  const control = createControl();
  return Object.create(control, {
    addDone: {
      value(bytes: number) {
        control.addDone(bytes);
        progress.show(control.done, control.total);
      },
    },
  }) as Control;
}
