/** What a stretch of a bar stands for; each has its colour in tokens.css. */
export type Tone =
  | "data"
  | "compressed"
  | "rest"
  | "length"
  | "promised"
  | "exclusive"
  | "written"
  | "hole"
  | "zero"
  | "metadata"
  | "leaked"
  | "missing"
  | "unreadable"
  | `shared-${number}`
  | `layer-${number}`;

const layerColours = 12;

/** The CSS colour of a tone; layers beyond the palette begin again at its second colour. */
export function colourOf(tone: Tone): string {
  if (!tone.startsWith("layer-")) return `var(--${tone})`;
  const depth = Number(tone.slice("layer-".length));
  const index = depth < layerColours ? depth : 1 + ((depth - 1) % (layerColours - 1));
  return `var(--layer-${index})`;
}
