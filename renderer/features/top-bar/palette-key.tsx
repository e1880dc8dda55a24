import { useHotkeys } from "@mantine/hooks";
import { usePalette } from "../../state/palette";

/** Opens the palette by Ctrl K from anywhere but a dialog, or closes it. */
export function PaletteKey() {
  const toggle = () => {
    const { opened, open, close } = usePalette.getState();
    if (opened) close();
    else if (document.querySelector('[aria-modal="true"]') === null) open();
  };
  useHotkeys([["mod+K", toggle]], []);
  return null;
}
