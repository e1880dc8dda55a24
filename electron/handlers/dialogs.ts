import type { Handlers } from "./table";
import type { FormatId } from "../../shared/model/format";

type DialogCall = "dialogs.openImages" | "dialogs.saveImage";

/** The desktop's own dialogs. */
export interface Dialogs {
  /** Paths that the user chose; none when cancelled. */
  openImages(): Promise<string[]>;
  /** The folder that the user chose, undefined when cancelled. */
  chooseFolder(purpose: "watch" | "samples"): Promise<string | undefined>;
  /** The path that the user chose, undefined when cancelled. */
  saveImage(suggested: string, format: FormatId): Promise<string | undefined>;
}

export function dialogHandlers(dialogs: Dialogs): Pick<Handlers, DialogCall> {
  return {
    "dialogs.openImages": async () => ({ paths: await dialogs.openImages() }),
    "dialogs.saveImage": async ({ suggested, format }) => {
      const path = await dialogs.saveImage(suggested, format);
      return path === undefined ? {} : { path };
    },
  };
}
