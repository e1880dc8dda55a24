import type { ImageUser } from "./in-use";

/** Signs that stay behind where a program ended. */
export const marks = ["mark", "saved-state", "aborted", "machine-state"] as const;

/** Whether somebody holds the image now, as far as known. */
export const isHeldBy = ({ sign }: ImageUser): boolean => !marks.some((mark) => mark === sign);
