import { useSettings } from "./state/settings";
import { attempt } from "./state/view";
import { setLanguage, setUnits } from "./text/i18n";

/** Lets texts and sizes follow the settings from now on; resolves when they do. */
export async function followSettings(): Promise<void> {
  useSettings.subscribe(({ settings }, { settings: before }) => {
    if (settings.units !== before.units) setUnits(settings.units);
    if (settings.language !== before.language) attempt(() => setLanguage(settings.language));
  });
  const { units, language } = useSettings.getState().settings;
  setUnits(units);
  // Whatever keeps a catalog from being read, the window opens, in English.
  await setLanguage(language).catch(() => undefined);
}
