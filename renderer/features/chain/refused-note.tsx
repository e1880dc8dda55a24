import { useTranslation } from "react-i18next";
import type { RefusedReference } from "../../../shared/model/report";
import { FactList } from "../../ui/fact-list";
import { Note } from "../../ui/note";
import { Answer } from "./answer";
import styles from "./chain.module.css";

interface RefusedNoteProps {
  /** The image on the page. */
  path: string;
  reference: RefusedReference;
}

/** A file of the image's data (an extent, a data file) that was refused: what was wanted, and the answers. */
export function RefusedNote({ path, reference }: RefusedNoteProps) {
  const { t } = useTranslation();
  return (
    <Note tone="warn" testId="refused">
      <strong className={styles.refused}>{t("trust.refused")}</strong>
      <FactList
        facts={[
          { name: t("trust.wanted"), value: reference.name, mono: true },
          { name: t("trust.at"), value: reference.path, mono: true },
        ]}
      />
      <Answer path={path} reference={reference} />
    </Note>
  );
}
