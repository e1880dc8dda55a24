/** Milliseconds in which a page answers an input: it draws a frame or two and, after a click, its tab. */
const ANSWER_MS = 120;
/** Milliseconds of stillness after which jobs go on in any case, and for how long they do then. */
const MOST_STILL_MS = 4000;
const GO_ON_MS = 2000;
/** Each millisecond in which jobs go on makes up for so many of stillness. */
const MAKES_UP = MOST_STILL_MS / GO_ON_MS;

/**
 * Answers a function that is called for every input of the window. Jobs hold still from then until
 * the page has answered: a lower priority alone leaves them half of what two cores share, caches and
 * memory, and a click then takes twice as long. Inputs without an end, as of a key that is held down,
 * leave them a third of the time.
 */
export function createGiveWay(holdStill: (still: boolean) => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  /** Milliseconds of stillness that nothing has made up for. */
  let spent = 0;
  /** When jobs were held still or went on last, and until when they are not held still again. */
  let since = 0;
  let goingUntil = 0;

  function goOn(): void {
    const now = performance.now();
    timer = undefined;
    spent += now - since;
    since = now;
    if (spent >= MOST_STILL_MS) goingUntil = now + GO_ON_MS;
    holdStill(false);
  }

  return () => {
    const now = performance.now();
    if (now < goingUntil) return;
    if (timer === undefined) {
      spent = Math.max(0, spent - MAKES_UP * (now - since));
      since = now;
      holdStill(true);
    }
    clearTimeout(timer);
    timer = setTimeout(goOn, Math.min(ANSWER_MS, MOST_STILL_MS - spent - (now - since)));
  };
}
