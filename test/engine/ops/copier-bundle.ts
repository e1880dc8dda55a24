import { bundle } from "../../helpers/bundle";

/** Builds a script of electron/workers; `place` as for `bundle`. */
export const buildWorker = (
  name: "copier" | "image-task" | "inspector" | "job" | "measurer",
  place?: string,
): Promise<string> => bundle(`electron/workers/${name}.ts`, place);

/** Builds the copier threads' script. */
export const buildCopier = (): Promise<string> => buildWorker("copier");
