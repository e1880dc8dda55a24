import type { ImageUser } from "../../shared/model/in-use";
import { isHeldBy } from "../../shared/model/in-use-marks";
import type { ImageReport } from "../../shared/model/report";
import { call } from "../api/client";
import { shownReport, useImages } from "./images";

/** Milliseconds from one look at a held image to the next. */
const PAUSE = 2000;

/**
 * Who keeps a file of the chain from being changed: an image that is open in a way that forbids it, or a
 * file below it that somebody writes to. Nobody, as far as known, where it is undefined.
 *
 * @param files Paths of all files of the chain that would be written to.
 */
export function holderOf(
  { path, inUse = [] }: Pick<ImageReport, "path" | "inUse">,
  files: readonly string[] = [path],
): ImageUser | undefined {
  return inUse.find(
    (user) =>
      isHeldBy(user) &&
      files.includes(user.file ?? path) &&
      (user.writes || user.sign === "share" || user.sign === "lock"),
  );
}

/** As `holderOf`, for an image by its path; drawn anew when the holder lets go. */
export function useHolder(path: string, files?: readonly string[]): ImageUser | undefined {
  return useImages(({ views }) => {
    const view = views[path];
    return view?.state === "ready" ? holderOf(view.report, files) : undefined;
  });
}

let looking = false;

/** Looks anew who has the shown image open, and into the image where that is somebody else now. */
export async function lookForHolders(): Promise<void> {
  const report = shownReport(useImages.getState());
  if (report === undefined || looking) return;
  const { path, layers, inUse = [] } = report;
  looking = true;
  try {
    const bases = layers.slice(1).map((layer) => layer.path);
    const { users } = await call("image.users", { path, bases });
    // It may have been closed, or looked into, meanwhile.
    if (shownReport(useImages.getState()) !== report) return;
    if (JSON.stringify(users) !== JSON.stringify(inUse)) await useImages.getState().inspect(path);
  } catch {
    // What cannot be asked now is asked the next time.
  } finally {
    looking = false;
  }
}

function lookWhereSeen(): void {
  if (!document.hidden) void lookForHolders();
}

let timer: ReturnType<typeof setInterval> | undefined;

/**
 * Looks again and again while somebody holds the shown image, and the window can be seen. Call it when
 * the images change.
 */
export function followHolders(): void {
  const held = shownReport(useImages.getState())?.inUse?.some(isHeldBy) === true;
  if (held === (timer !== undefined)) return;
  clearInterval(timer);
  timer = held ? setInterval(lookWhereSeen, PAUSE) : undefined;
}
