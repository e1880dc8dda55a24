import { useCallback, useState } from "react";

/** Which folders are folded, by path, and what folds or opens one. */
export function useFolded(): {
  readonly folded: ReadonlySet<string>;
  readonly fold: (path: string, folded: boolean) => void;
} {
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const fold = useCallback((path: string, away: boolean) => {
    setFolded((before) => {
      const others = [...before].filter((each) => each !== path);
      return new Set(away ? [...others, path] : others);
    });
  }, []);
  return { folded, fold };
}
