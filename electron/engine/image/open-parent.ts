import { ImageError } from "../errors";
import type { Format } from "../formats/format";
import { formatById } from "../formats/registry";
import type { ByteSource } from "../io/source";
import { closedGate, type Gate, type Reference } from "./gate";
import type { Identity, ImageLayer, ParentRef } from "./layer";

/**
 * Opens the parent by the first of its names that leads to it, or finds it among the neighbours.
 * @param reference What `parent.name` stands for.
 * @param open Makes the layer over a source, which it closes when it throws.
 * @throws ImageError as the gate and `open` do, `wrong-parent` for a file that is not what the child
 *   expects, `missing-file` when no neighbour is the parent.
 */
export function openParent(
  parent: ParentRef,
  reference: Reference,
  gate: Gate,
  open: (source: ByteSource) => ImageLayer,
): ImageLayer {
  const names =
    parent.find === undefined
      ? [parent.name, ...(parent.otherNames ?? [])]
      : neighboursOf(parent.find, parent, reference, gate);
  const failures: ImageError[] = [];
  for (const name of names) {
    try {
      const layer = open(gate.open({ ...reference, name }));
      try {
        checkParent(layer, parent, reference);
        return layer;
      } catch (error) {
        layer.close();
        throw error;
      }
    } catch (error) {
      if (!(error instanceof ImageError)) throw error;
      failures.push(error);
    }
  }
  // A file that is there, and is the wrong one, says more than names that lead nowhere.
  throw failures.find(({ code }) => code === "wrong-parent") ?? failures[0] ?? noName(reference);
}

/** @throws ImageError `wrong-parent`. */
function checkParent(
  { source, identity }: ImageLayer,
  parent: ParentRef,
  reference: Reference,
): void {
  const { expects } = parent;
  if (expects === undefined) return;
  for (const [name, expected] of Object.entries(expects.identity)) {
    const found = identity?.[name] ?? [];
    if (!found.some((value) => expected.includes(value)))
      throw wrongParent(source, reference, name, expected.join(" or "), found.join(" or "));
  }
  const { unchangedSince } = expects;
  if (unchangedSince === undefined || source.modified === undefined) return;
  if (source.modified > unchangedSince) {
    const [then, now] = [unchangedSince, source.modified].map((each) =>
      new Date(each).toISOString(),
    );
    throw wrongParent(source, reference, "time of change", `not after ${then}`, now ?? "");
  }
}

/** Paths of the neighbours that have the values looked for. @throws ImageError `missing-file`. */
function neighboursOf(
  find: Identity,
  { name, format = "raw" }: ParentRef,
  reference: Reference,
  gate: Gate,
): string[] {
  const wanted = formatById(format);
  const found = gate
    .neighbours(reference)
    .filter((path) => isWanted(find, wanted, { ...reference, name: path }, gate));
  if (found.length > 0) return found;
  throw new ImageError(
    "missing-file",
    `No ${wanted.label} image beside ${reference.from} is its parent ${name}`,
    {
      file: reference.from,
      expected: Object.entries(find)
        .map(([key, values]) => `${key} ${values.join(" or ")}`)
        .join(", "),
      hint: "Put the parent into the same folder, or allow its file.",
    },
  );
}

/** Whether a file that may be opened is an image of that format with those values. */
function isWanted(find: Identity, wanted: Format, reference: Reference, gate: Gate): boolean {
  let source: ByteSource | undefined;
  try {
    source = gate.open(reference);
    if (!wanted.probe(source)) return false;
    const { identity } = wanted.open(source, closedGate);
    return Object.entries(find).every(([name, values]) =>
      identity?.[name]?.some((value) => values.includes(value)),
    );
  } catch (error) {
    // What cannot be opened is not found.
    if (error instanceof ImageError) return false;
    throw error;
  } finally {
    source?.close();
  }
}

function wrongParent(
  { name: file }: ByteSource,
  { from }: Reference,
  what: string,
  expected: string,
  found: string,
): ImageError {
  const was =
    what === "time of change" ? "was changed after the two were linked" : `has another ${what}`;
  return new ImageError(
    "wrong-parent",
    `${file} is not the parent of ${from} as it was: it ${was}`,
    {
      file,
      expected,
      found: found === "" ? "none" : found,
      hint:
        what === "time of change"
          ? "Bring back the parent as it was; where it was only copied, give the copy its old time of change."
          : "Bring back the parent that the image was made on.",
    },
  );
}

function noName({ from }: Reference): ImageError {
  return new ImageError("missing-file", `${from} names no parent`, { file: from });
}
