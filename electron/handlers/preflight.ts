import { basename } from "node:path";
import type { CallInput } from "../../shared/ipc/contract";
import type { TargetChoice } from "../../shared/model/preflight";
import { preflight, recommendedTarget } from "../engine";
import { FailureError } from "../failure";
import type { Inspector } from "../workers/start-inspector";
import { placeOf } from "./file-system";
import type { Grants } from "./grants";
import type { Openings } from "./openings";
import type { Handlers } from "./table";

/** What to know before a conversion. */
export function preflightHandlers(
  inspector: Inspector,
  grants: Grants,
  openings: Openings,
): Pick<Handlers, "convert.preflight"> {
  return {
    "convert.preflight": async (input) => {
      const { purpose, target, device, snapshot } = input;
      const source = await inspector.inspect({
        path: input.source,
        grants: grants.list(),
        ...openings.of(input.source),
        ...(snapshot !== undefined && { snapshot }),
      });
      const recommended = recommendedTarget(purpose, source);
      const facts = {
        source,
        target: chosenTarget(input, recommended),
        ...(target !== undefined && {
          fileName: basename(target),
          place: await placeOf(target),
        }),
        ...(device && { device }),
      };
      return { ...(recommended && { recommended }), findings: preflight(facts, purpose) };
    },
  };
}

/** What was chosen, and what is recommended for the rest. */
function chosenTarget(
  { format, options, size }: CallInput<"convert.preflight">,
  recommended: TargetChoice | undefined,
): TargetChoice {
  if (format === undefined && recommended) return recommended;
  if (format === undefined)
    throw new FailureError({
      code: "invalid-argument",
      message: "No purpose tells which format to convert to.",
    });
  const otherwise = recommended?.format === format ? recommended.options : {};
  return { format, options: options ?? otherwise, ...(size !== undefined && { size }) };
}
