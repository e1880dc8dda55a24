import type { Finding } from "./finding";

/** What the process is told, as JSON in its one argument. */
export interface TesterOrder {
  readonly corpus: string;
  readonly format?: string;
  readonly seed: number;
  readonly root: string;
  /** The first case; then the rest of its block, and every `step`th block after that. */
  readonly from: number;
  readonly step: number;
  /** The case behind the last one. */
  readonly to: number;
}

/** A line that it prints. */
export type TesterLine =
  | { readonly type: "finding"; readonly finding: Finding }
  | { readonly type: "done"; readonly done: number };

/** CPU time in ms, and bytes, that one case may take. */
export const mostTime = 2_000;
export const mostMemory = 256 * 2 ** 20;

/** Files in its folder: which case it is at, for who watches it, and the image of a finding. */
export const placeFile = "place";
export const keptFolder = (number: number): string => `finding-${number}`;
