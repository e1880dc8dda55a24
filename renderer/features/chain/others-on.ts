import type { Dependent, Dependents } from "../../../shared/model/change";
import type { ImageReport } from "../../../shared/model/report";

/** The images that stand on a file of the chain, without the one of this chain. */
export function othersOn(
  { layers }: ImageReport,
  depth: number,
  dependents: Dependents | undefined,
): readonly Dependent[] {
  const own = layers[depth - 1]?.path;
  return dependents?.images.filter(({ path }) => path !== own) ?? [];
}
