import type { FactDetail, FactId, FactWords } from "../../../shared/model/facts";
import { factNames, factWords } from "./fact-texts";
import { fillIn, type TextValues } from "./fill-in";

/** A fact with a name of words. @param told What a number counts, and what the name's text names. */
export function detail(
  id: FactId,
  value: FactDetail["value"],
  told: Pick<FactDetail, "unit" | "values"> = {},
): FactDetail {
  return { name: fillIn(factNames[id], told.values), id, value, ...told };
}

/** A fact that also says what it says in words. */
export function wordedDetail(id: FactId, words: FactWords, values?: TextValues): FactDetail {
  const value = fillIn(factWords[words], values);
  return { ...detail(id, value, values && { values }), words };
}
