import type { CallInput } from "../../shared/ipc/contract";
import type { Measurer, MeasureSource } from "../workers/start-measurer";
import type { Grants } from "./grants";
import type { Openings } from "./openings";
import type { Handlers } from "./table";

type MeasureCall = "convert.measure" | "image.measureTarget" | "convert.stopMeasuring";

/** What a conversion would write, measured before it starts. */
export function measureHandlers(
  measurer: Measurer,
  { grants, openings }: { readonly grants: Grants; readonly openings: Openings },
): Pick<Handlers, MeasureCall> {
  const sourceOf = ({ path, snapshot, size }: CallInput<"convert.measure">): MeasureSource => ({
    request: {
      path,
      grants: grants.list(),
      ...openings.of(path),
      ...(snapshot !== undefined && { snapshot }),
    },
    ...(size !== undefined && { size }),
  });

  return {
    "convert.measure": (disk) => measurer.measure(sourceOf(disk)),
    "image.measureTarget": async ({ format, options, compress, ...disk }) => {
      const target = { format, options, compress };
      return measurer.measureTarget(sourceOf(disk), target);
    },
    "convert.stopMeasuring": () => measurer.stop(),
  };
}
