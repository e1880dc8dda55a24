import type { Format } from "../format";
import { isDmg } from "./koly";
import { openDmg } from "./open";

/** Apple's disk image, the Universal Disk Image Format. */
export const dmg: Format = {
  id: "dmg",
  label: "Apple DMG",
  extensions: ["dmg"],
  options: [],
  backing: false,
  probe: isDmg,
  // Nothing is opened besides the image itself.
  open: (source) => openDmg(source),
};
