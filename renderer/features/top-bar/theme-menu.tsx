import { ActionIcon, Menu } from "@mantine/core";
import { Monitor, Moon, Sun } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useSettings } from "../../state/settings";
import { attempt } from "../../state/view";

const themes = [
  { theme: "auto", Icon: Monitor },
  { theme: "light", Icon: Sun },
  { theme: "dark", Icon: Moon },
] as const;

/** Light, dark, or as the system. */
export function ThemeMenu() {
  const { t } = useTranslation();
  const chosen = useSettings(({ settings }) => settings.theme);
  const change = useSettings((settings) => settings.change);
  const Chosen = themes.find(({ theme }) => theme === chosen)?.Icon ?? Monitor;
  return (
    // Inside the banner, so that it belongs to a landmark, and without an element that no menu may have.
    <Menu
      position="bottom-end"
      width={180}
      withinPortal={false}
      withInitialFocusPlaceholder={false}
    >
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size={30} aria-label={t("app.theme.label")}>
          <Chosen size={16} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.RadioGroup value={chosen}>
          {themes.map(({ theme, Icon }) => (
            <Menu.RadioItem
              key={theme}
              value={theme}
              closeMenuOnClick
              rightSection={<Icon size={15} aria-hidden />}
              onChange={() => attempt(() => change({ theme }))}
            >
              {t(`app.theme.${theme}`)}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
      </Menu.Dropdown>
    </Menu>
  );
}
