import { useEffect, useState } from "react";

/** Milliseconds that the sign of success stays. */
const SHOWN_MS = 2000;

/** Whether something was copied just now, and what says that it was. */
export function useCopied(): readonly [copied: boolean, done: () => void] {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  return [copied, () => setCopied(true)];
}
