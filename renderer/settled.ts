import { useEffect } from "react";
import { call } from "./api/client";
import { useImages } from "./state/images";
import { useMeasures } from "./state/measures";
import { attempt, useView } from "./state/view";

/** Milliseconds; whoever measures longer shows how far it is. */
const longestMeasuring = 3000;

/**
 * How long the first picture waits for the image of the start, in milliseconds. Most are looked into sooner,
 * and a page that was drawn empty is drawn twice.
 */
const longestWait = 200;

/** Resolves when the page has something to show, or has been waited for long enough. */
export function somethingToShow(): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (hasSettled()) end();
    };
    const end = (): void => {
      clearTimeout(timer);
      stops.forEach((stop) => stop());
      resolve();
    };
    const timer = setTimeout(end, longestWait);
    const stops = [useView.subscribe(look), useImages.subscribe(look)];
    look();
  });
}

/** Resolves when the window has its size, or does not get one: a page drawn before is laid out twice. */
export function onScreen(): Promise<void> {
  return new Promise((resolve) => {
    if (window.innerWidth > 0) resolve();
    window.addEventListener("resize", () => resolve(), { once: true });
    setTimeout(resolve, longestWait);
  });
}

function hasSettled(): boolean {
  const { views, shown } = useImages.getState();
  const state = shown === undefined ? undefined : views[shown]?.state;
  const { started } = useView.getState();
  return started && (shown === undefined || state === "ready" || state === "failed");
}

/** Tells the main process each time that the page shows what it was asked to show. */
export function useSettled(): void {
  const started = useView((view) => view.started);
  const tab = useView((view) => view.tab);
  const shown = useImages((images) => images.shown);
  const state = useImages(({ views, shown: path }) =>
    path === undefined ? undefined : views[path]?.state,
  );
  const measuring = useMeasures(
    ({ views }) => shown !== undefined && views[shown]?.state === "measuring",
  );
  const settled = started && (shown === undefined || state === "ready" || state === "failed");

  useEffect(() => {
    if (!settled) return;
    let current = true;
    const tell = async () => {
      await painted();
      if (current) await call("app.settled");
    };
    const timer = setTimeout(() => attempt(tell), measuring ? longestMeasuring : 0);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [settled, measuring, shown, state, tab]);
}

/** Waits for the typeface and for two frames, the second of which shows what the first laid out. */
async function painted(): Promise<void> {
  await document.fonts.load('13px "Inter Variable"');
  await document.fonts.ready;
  for (let frame = 0; frame < 2; frame += 1) {
    await new Promise((resolve) => {
      requestAnimationFrame(resolve);
    });
  }
}
