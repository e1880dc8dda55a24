import type { MapClass } from "../../../shared/model/map";
import { colourOf } from "../../ui/tones";
import { toneOf } from "./classes";

/** Shades between nothing and all of a cell. */
const shades = 16;
/** The least of a colour that is seen, however little of the cell it stands for. */
const faintest = 0.5;

/** Colours as `ImageData` has them: one 32-bit word each. */
export interface Palette {
  /** The gaps between the cells, as CSS writes colours. */
  readonly ground: string;
  readonly accent: string;
  readonly ink: string;
  /** Of a cell of which nothing is known yet. */
  readonly unknown: number;
  /** Of a class (in the order they were given) that fills 0 to 255 of a cell. */
  word(classIndex: number, fill: number): number;
}

/** The colours of the theme that `element` is shown in. */
export function readPalette(element: Element, classes: readonly MapClass[]): Palette {
  const probe = document.createElement("span");
  probe.hidden = true;
  element.append(probe);
  try {
    return paletteOf(colourReader(probe), classes);
  } finally {
    probe.remove();
  }
}

function paletteOf(rgb: (colour: string) => Rgb, classes: readonly MapClass[]): Palette {
  const hole = rgb("var(--hole)");
  const ground = rgb("var(--panel)");
  const words = new Uint32Array(classes.length * shades);
  classes.forEach((name, i) => {
    const colour = rgb(colourOf(toneOf(name)));
    for (let shade = 0; shade < shades; shade++) {
      const share =
        toneOf(name) === "hole" ? 1 : faintest + ((1 - faintest) * shade) / (shades - 1);
      words[i * shades + shade] = wordOf(mix(hole, colour, share));
    }
  });
  return {
    ground: css(ground),
    accent: css(rgb("var(--accent)")),
    ink: css(rgb("var(--ink)")),
    unknown: wordOf(mix(ground, hole, 0.5)),
    word: (classIndex, fill) =>
      words[classIndex * shades + (((fill * (shades - 1) + 127) / 255) | 0)] ?? 0,
  };
}

type Rgb = readonly [red: number, green: number, blue: number];

/** Reads what any CSS colour comes to where `probe` stands. */
function colourReader(probe: HTMLElement): (colour: string) => Rgb {
  const context = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  return (colour) => {
    if (context === null) return [128, 128, 128];
    probe.style.color = colour;
    context.fillStyle = getComputedStyle(probe).color;
    context.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
    return [red, green, blue];
  };
}

const mix = (from: Rgb, to: Rgb, share: number): Rgb => [
  from[0] + (to[0] - from[0]) * share,
  from[1] + (to[1] - from[1]) * share,
  from[2] + (to[2] - from[2]) * share,
];

const css = ([red, green, blue]: Rgb): string => `rgb(${red} ${green} ${blue})`;

/** Red first in memory: the low byte, as on every processor that Chromium runs on. */
const wordOf = ([red, green, blue]: Rgb): number =>
  ((255 << 24) | (Math.round(blue) << 16) | (Math.round(green) << 8) | Math.round(red)) >>> 0;
