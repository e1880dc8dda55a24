import { Button } from "@mantine/core";
import { ArrowRightLeft, FilePlus2, FolderOpen, Layers, Ruler } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { FormatId } from "../../../shared/model/format";
import { call } from "../../api/client";
import { useImages } from "../../state/images";
import { useNewDisk } from "../../state/new-disk";
import { useSettings } from "../../state/settings";
import { attempt } from "../../state/view";
import { formatTitle } from "../../text/format-name";
import { Badge } from "../../ui/badge";
import { Picture } from "./picture";
import { SamplesOffer } from "./samples-offer";
import styles from "./welcome.module.css";

const points = [
  { point: "size", Icon: Ruler },
  { point: "chain", Icon: Layers },
  { point: "convert", Icon: ArrowRightLeft },
] as const;

/** The page while no image is shown: what to do, and what for. */
export function Welcome() {
  const { t } = useTranslation();
  const { browse } = useImages.getState();
  const empty = useSettings(
    ({ settings }) => settings.recent.length + settings.watchedFolders.length === 0,
  );
  const [formats, setFormats] = useState<readonly FormatId[]>([]);
  useEffect(() => {
    attempt(async () => {
      setFormats((await call("formats.list")).map(({ id }) => id));
    });
  }, []);
  return (
    <div className={styles.welcome}>
      <div className={styles.place}>
        <Picture />
        <h1>{t("welcome.title")}</h1>
        <p>{t("welcome.text")}</p>
        <div className={styles.begin}>
          <Button
            size="md"
            leftSection={<FolderOpen size={16} aria-hidden />}
            onClick={() => attempt(browse)}
          >
            {t("welcome.open")}
          </Button>
          <Button
            size="md"
            variant="default"
            leftSection={<FilePlus2 size={16} aria-hidden />}
            onClick={() => attempt(() => useNewDisk.getState().begin())}
          >
            {t("newDisk.welcome")}
          </Button>
        </div>
        <ul className={styles.formats} aria-label={t("welcome.formats")}>
          {formats.map((format) => (
            <li key={format}>
              <Badge>{formatTitle(format, t)}</Badge>
            </li>
          ))}
        </ul>
        <small>{t("welcome.readOnly")}</small>
      </div>
      {empty && <SamplesOffer />}
      <ul className={styles.points}>
        {points.map(({ point, Icon }) => (
          <li key={point}>
            <Icon size={18} aria-hidden />
            <strong>{t(`welcome.points.${point}.title`)}</strong>
            <span>{t(`welcome.points.${point}.text`)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
