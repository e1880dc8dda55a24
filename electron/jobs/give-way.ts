/** Milliseconds in which a page answers an input: it draws a frame or two and, after a click, its tab. */
const ANSWER_MS = 120;

/**
 * Answers a function that is called for every input of the window. Jobs hold still from then until
 * the page has answered: a lower priority alone leaves them half of what two cores share, caches and
 * memory, and a click then takes twice as long.
 */
export function createGiveWay(holdStill: (still: boolean) => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  return () => {
    if (timer === undefined) holdStill(true);
    clearTimeout(timer);
    timer = setTimeout(() => {
      timer = undefined;
      holdStill(false);
    }, ANSWER_MS);
  };
}
