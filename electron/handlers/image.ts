import { stat } from "node:fs/promises";
import type { Handlers } from "./table";
import { FailureError, failureOf } from "../failure";
import type { Inspector } from "../workers/start-inspector";
import type { Measurer } from "../workers/start-measurer";
import type { Grants } from "./grants";
import type { Openings } from "./openings";

type ImageCall =
  | "image.inspect"
  | "image.openWith"
  | "image.close"
  | "image.measure"
  | "image.stopMeasuring"
  | "image.grant"
  | "image.showInFolder";

/** @param showInFolder shows an existing file in the desktop's file manager */
export function imageHandlers(
  inspector: Inspector,
  measurer: Measurer,
  { grants, openings }: { readonly grants: Grants; readonly openings: Openings },
  showInFolder: (path: string) => void,
): Pick<Handlers, ImageCall> {
  async function inspect(path: string, given = {}) {
    const how = { ...openings.of(path), ...given };
    try {
      const report = await inspector.inspect({ path, grants: grants.list(), ...how });
      grants.note(report);
      openings.note(path, report);
      return report;
    } catch (error) {
      grants.noteFailure(failureOf(error));
      throw error;
    }
  }

  return {
    "image.inspect": ({ path }) => inspect(path),
    "image.openWith": async ({ path, passphrase, member, format }) => {
      const given = {
        ...(passphrase !== undefined && { passphrase }),
        ...(member !== undefined && { member }),
        ...(format !== undefined && { format }),
      };
      const report = await inspect(path, given);
      // A passphrase that opens nothing is not kept.
      if (report.unreadable?.code !== "passphrase") openings.keep(path, given);
      else if (member !== undefined) openings.keep(path, { member });
      return report;
    },
    "image.close": ({ path }) => openings.forget(path),
    "image.measure": ({ path }) =>
      measurer.measure({ request: { path, grants: grants.list(), ...openings.of(path) } }),
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
