import { ActionIcon, Menu } from "@mantine/core";
import { Ellipsis as More } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ImageChange } from "../../../shared/model/change";
import type { ImageReport } from "../../../shared/model/report";
import { useChange } from "../../state/change";
import { changesOf } from "../../state/changes-of";
import { holderOf } from "../../state/in-use";
import { chooseBase } from "../../state/rebase";
import { attempt } from "../../state/view";
import { Held } from "../../ui/held";

/** What else can be done to the image in place; nothing for one that is packed, or of another kind. */
export function MoreMenu({ report }: { report: ImageReport }) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState(false);
  const holder = holderOf(report);
  if (opened && holder !== undefined) setOpened(false);
  const { path, layers } = report;
  const [image] = layers;
  const changes = changesOf(report);
  if (image === undefined || changes.length === 0) return null;
  const ask = (change: ImageChange) => attempt(() => useChange.getState().ask(change));
  const size = image.virtualSize;
  // One button whether or not somebody holds the image: it keeps the focus when that changes.
  return (
    <Menu
      position="bottom-end"
      width={220}
      opened={opened}
      onChange={(wanted) => setOpened(wanted && holder === undefined)}
    >
      <Held by={holder}>
        {(held) => (
          <Menu.Target>
            <ActionIcon variant="default" size={33} aria-label={t("change.menu.label")} {...held}>
              <More size={16} aria-hidden />
            </ActionIcon>
          </Menu.Target>
        )}
      </Held>
      <Menu.Dropdown>
        <Menu.Item onClick={() => ask({ kind: "resize", path, size, preallocation: "off" })}>
          {t("change.menu.resize")}
        </Menu.Item>
        {changes.includes("compact") && (
          <>
            <Menu.Item onClick={() => ask({ kind: "compact", path })}>
              {t("change.menu.compact")}
            </Menu.Item>
            <Menu.Item onClick={() => ask({ kind: "punch", path })}>
              {t("change.menu.punch")}
            </Menu.Item>
            <Menu.Item onClick={() => attempt(() => chooseBase(path))}>
              {t("change.menu.rebase")}
            </Menu.Item>
            <Menu.Item onClick={() => ask({ kind: "amend", path })}>
              {t("change.menu.amend")}
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
