import type { BytesOrigin, BytesRead, FilePart } from "../../../shared/model/bytes";
import { colourOf } from "../../ui/tones";

const holds = (at: number) => (range: { at: number; length: number }) =>
  at >= range.at && at < range.at + range.length;

/** Who answers for a guest byte, as far as that is known. */
export function originAt(chunk: BytesRead | undefined, at: number): BytesOrigin | undefined {
  return chunk?.origins.find(holds(at));
}

/** What a byte of the file is for, as far as that has a name. */
export function partAt(chunk: BytesRead | undefined, at: number): FilePart | undefined {
  return chunk?.parts.find(holds(at));
}

/** Why a byte could not be read. */
export function complaintAt(
  chunk: BytesRead | undefined,
  at: number,
): BytesRead["unreadable"][number] | undefined {
  return chunk?.unreadable.find(holds(at));
}

/** The CSS colour of where a byte comes from, or of what it is for. */
export function colourAt(
  chunk: BytesRead | undefined,
  at: number,
  layers: readonly string[],
): string | undefined {
  const origin = originAt(chunk, at);
  if (origin !== undefined) return colourOfOrigin(origin, layers);
  const part = partAt(chunk, at);
  return part && colourOfPart(part);
}

function colourOfOrigin({ kind, file }: BytesOrigin, layers: readonly string[]): string {
  if (kind === "compressed") return colourOf("compressed");
  if (kind !== "data") return "var(--hole)";
  // Data in a file beside the image (an extent) counts as the image's own.
  return colourOf(`layer-${Math.max(0, layers.indexOf(file ?? ""))}`);
}

function colourOfPart({ kind }: FilePart): string {
  if (kind === "used" || kind === "blocks") return colourOf("data");
  return kind === "free" ? "var(--hole)" : colourOf("exclusive");
}
