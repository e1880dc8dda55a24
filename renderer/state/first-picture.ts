/** Milliseconds after which it is not waited for any longer: a covered window draws none. */
const longestWait = 1000;

let pending: Promise<void> | undefined;

/**
 * Resolves when the window's first picture is on the screen, for whatever can come after it and would
 * take its processor time. Absent once it is there, and when none is expected.
 */
export function firstPicture(): Promise<void> | undefined {
  return pending;
}

/** Lets those wait from now on. @returns what to call when the picture has been ordered */
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
    requestAnimationFrame(() => requestAnimationFrame(drawn));
  };
}
