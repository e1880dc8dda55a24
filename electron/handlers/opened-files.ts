/** Files that were handed to the app and that the page has not asked for yet. */
export interface OpenedFiles {
  add(paths: readonly string[]): void;
  /** The one that came first, if any; it stays. */
  first(): string | undefined;
  /** Takes all of them, each once, in the order they came. */
  take(): string[];
  /** Hears when files were added; one listener. */
  onAdded(listener: () => void): void;
}

export function createOpenedFiles(): OpenedFiles {
  const waiting = new Set<string>();
  let listener: (() => void) | undefined;
  return {
    add: (paths) => {
      if (paths.length === 0) return;
      for (const path of paths) waiting.add(path);
      listener?.();
    },
    first: () => [...waiting][0],
    take: () => {
      const paths = [...waiting];
      waiting.clear();
      return paths;
    },
    onAdded: (heard) => {
      listener = heard;
    },
  };
}
