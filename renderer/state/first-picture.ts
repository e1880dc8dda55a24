import { useEffect, useState } from "react";

/** Milliseconds after which it is not waited for any longer: a covered window draws none. */
const longestWait = 1000;

/** Milliseconds from the frame after its own until a picture is on the screen for certain. */
const wayToScreen = 50;

let pending: Promise<void> | undefined;

/**
 * Resolves when the window's first picture is on the screen, for whatever can come after it and would
 * take its processor time. Absent once it is there, and when none is expected.
 */
export function firstPicture(): Promise<void> | undefined {
  return pending;
}

/** Whether that picture is there, for parts of the window that come after it. */
export function useFirstPicture(): boolean {
  const [drawn, setDrawn] = useState(() => firstPicture() === undefined);
  useEffect(() => void Promise.resolve(firstPicture()).then(() => setDrawn(true)), []);
  return drawn;
}

/** Lets those wait from now on. @returns what to call when all is in the document that the picture shows */
export function expectFirstPicture(): () => void {
  let drawn = (): void => {};
  pending = new Promise((resolve) => {
    drawn = () => {
      pending = undefined;
      resolve();
    };
  });
  return () => {
    setTimeout(drawn, longestWait);
    // The second frame begins when the first one is drawn.
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(drawn, wayToScreen)));
  };
}
