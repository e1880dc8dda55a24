import type { LayerFacts } from "../../shared/model/facts";

/** Facts whose details are what the command line tells of them: their names and values. */
export function plainFacts(facts: LayerFacts | undefined): LayerFacts {
  if (facts === undefined) throw new Error("there are no facts");
  return { ...facts, details: facts.details.map(({ name, value }) => ({ name, value })) };
}
