import { stat } from "node:fs/promises";
import type { Handlers } from "./table";
import { FailureError } from "../failure";
import type { Inspector } from "../workers/start-inspector";
import type { Measurer } from "../workers/start-measurer";
import type { Grants } from "./grants";

type ImageCall =
  "image.inspect" | "image.measure" | "image.stopMeasuring" | "image.grant" | "image.showInFolder";

/** @param showInFolder shows an existing file in the desktop's file manager */
export function imageHandlers(
  inspector: Inspector,
  measurer: Measurer,
  grants: Grants,
  showInFolder: (path: string) => void,
): Pick<Handlers, ImageCall> {
  return {
    "image.inspect": async ({ path }) => {
      const report = await inspector.inspect({ path, grants: grants.list() });
      grants.note(report);
      return report;
    },
    "image.measure": ({ path }) => measurer.measure({ path, grants: grants.list() }),
    "image.stopMeasuring": () => measurer.stop(),
    "image.grant": ({ from, name }) => grants.allow(from, name),
    "image.showInFolder": async ({ path }) => {
      // The file manager would say nothing.
      await stat(path).catch(() => {
        throw new FailureError({
          code: "missing-file",
          message: `${path} is not there any more.`,
          file: path,
        });
      });
      showInFolder(path);
    },
  };
}
