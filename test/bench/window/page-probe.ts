import type { Page } from "@playwright/test";

/** What the page noted since the probe was put in, in milliseconds. */
export interface Noted {
  /** Of every input, from when it happened to the task after the frame that answered it. */
  readonly inputs: readonly number[];
  /** Clicks and keys whose answer was on the screen after 16 ms or more, by Event Timing (steps of 8 ms). */
  readonly slowEvents: readonly number[];
  /** Clicks and keys in all. */
  readonly events: number;
  /** Tasks of 50 ms or more. */
  readonly longTasks: readonly number[];
  /** Between one frame and the next. */
  readonly frames: readonly number[];
}

/** Notes, from now on, inputs, long tasks and frames in the page. */
export async function putProbe(page: Page): Promise<void> {
  await page.evaluate(() => {
    const noted = {
      inputs: [] as number[],
      slowEvents: [] as number[],
      events: 0,
      longTasks: [] as number[],
      frames: [] as number[],
    };
    // Those with which Event Timing counts one input once.
    const discrete = new Set(["pointerdown", "click", "keydown"]);
    const afterFrame = new MessageChannel();
    const waiting: number[] = [];
    afterFrame.port1.addEventListener("message", () => {
      for (const at of waiting.splice(0)) noted.inputs.push(performance.now() - at);
    });
    afterFrame.port1.start();
    for (const type of [...discrete, "pointermove", "wheel"]) {
      const listen = (event: Event): void => {
        if (discrete.has(type)) noted.events += 1;
        requestAnimationFrame(() => {
          waiting.push(event.timeStamp);
          // A message is answered after the frame that is under way.
          afterFrame.port2.postMessage(undefined);
        });
      };
      window.addEventListener(type, listen, { capture: true, passive: true });
    }
    const observe = (type: string, hear: (entry: PerformanceEntry) => void): void => {
      const observer = new PerformanceObserver((list) => list.getEntries().forEach(hear));
      // @ts-expect-error -- durationThreshold is Event Timing's; the DOM's types do not have it
      observer.observe({ type, durationThreshold: 16 });
    };
    observe("event", ({ name, duration }) => {
      if (discrete.has(name)) noted.slowEvents.push(duration);
    });
    observe("longtask", ({ duration }) => noted.longTasks.push(duration));
    let last: number | undefined;
    const frame = (at: number): void => {
      if (last !== undefined) noted.frames.push(at - last);
      last = at;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    Object.assign(window, { benchNoted: noted });
  });
}

/** What was noted until now. */
export async function readProbe(page: Page): Promise<Noted> {
  // Event Timing tells of an event some frames later.
  await page.waitForTimeout(300);
  return page.evaluate(() => (window as unknown as { benchNoted: Noted }).benchNoted);
}
