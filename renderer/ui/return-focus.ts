import { useLayoutEffect } from "react";

/** The time in which a dialog that closes is taken away, in milliseconds. */
const SETTLES = 10;

/**
 * Gives the focus back, when what is open closes or is taken away, to what had it before. Mantine's own does so only
 * for what it has seen open: not for a dialog that comes and goes with its question, or whose code came late.
 */
export function useReturnFocus(opened: boolean): void {
  // Before the dialog takes the focus, which it does in a timer.
  useLayoutEffect(() => {
    if (!opened) return undefined;
    const before = document.activeElement;
    return () => {
      const within = document.activeElement;
      setTimeout(() => {
        const now = document.activeElement;
        // Whatever has been given the focus meanwhile keeps it.
        if (now !== null && now !== document.body && now !== within) return;
        if (before instanceof HTMLElement) before.focus({ preventScroll: true });
      }, SETTLES);
    };
  }, [opened]);
}
