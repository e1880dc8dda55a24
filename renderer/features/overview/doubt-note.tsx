import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { ImageReport } from "../../../shared/model/report";
import { nameOf } from "../../api/paths";
import { openByContent } from "../../state/unlock";
import { attempt } from "../../state/view";
import { Note } from "../../ui/note";
import { TextButton } from "../../ui/text-button";
import styles from "./overview.module.css";

/** Why a disk that is taken for raw may be none, and a base of it neither; nothing where nobody doubts. */
export function DoubtNote({ report: { path, layers } }: { report: ImageReport }) {
  const { t } = useTranslation();
  const [image, ...bases] = layers;
  const place = useRef<HTMLDivElement>(null);
  const told = image?.doubt?.kind;
  // Whoever has just opened it as raw did so further down.
  useEffect(() => {
    if (told !== undefined) place.current?.scrollIntoView({ block: "nearest" });
  }, [told]);
  const doubted = bases.filter(({ doubt }) => doubt !== undefined);
  if (image?.doubt === undefined && doubted.length === 0) return null;
  return (
    <div className={styles.unreadable} ref={place}>
      <Note tone="warn" role="alert" testId="format-doubt">
        {image?.doubt && (
          <div>{t(`openAs.${image.doubt.kind}`, { format: image.doubt.format })}</div>
        )}
        {doubted.map((base) => (
          <div key={base.path}>
            {t("openAs.base", { name: nameOf(base.path), format: base.doubt?.format })}
          </div>
        ))}
        {image?.doubt?.kind === "holds-mark" && (
          <TextButton onClick={() => attempt(() => openByContent(path))}>
            {t("openAs.byContent")}
          </TextButton>
        )}
      </Note>
    </div>
  );
}
