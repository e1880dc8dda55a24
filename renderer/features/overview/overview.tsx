import { useTranslation } from "react-i18next";
import type { Failure, ImageReport } from "../../../shared/model/report";
import { unlock } from "../../state/unlock";
import { FailureText } from "../../ui/failure-text";
import { Note } from "../../ui/note";
import { PassphraseField } from "../../ui/passphrase-field";
import { BitmapsCard } from "./bitmaps-card";
import { DomainsCard } from "./domains-card";
import { DoubtNote } from "./doubt-note";
import { FactsCard } from "./facts-card";
import { InsideCard } from "./inside-card";
import styles from "./overview.module.css";
import { SizeCard } from "./size-card";
import { imageLayer } from "./sizes";
import { SnapshotsCard } from "./snapshots-card";
import { TakesCard } from "./takes-card";

/** Why the sizes below count no data. */
function UnreadableNote({ path, failure }: { path: string; failure: Failure }) {
  const { t } = useTranslation();
  return (
    <div className={styles.unreadable}>
      <Note tone="warn" role="alert" testId="unreadable">
        {failure.code === "passphrase" ? (
          <>
            <strong>{t("overview.locked.title")}</strong>
            <div>{t("overview.locked.text")}</div>
            <div className={styles.unlock}>
              <PassphraseField unlock={(passphrase) => unlock(path, { passphrase })} />
            </div>
          </>
        ) : (
          <FailureText failure={failure} headline={t("overview.unreadable")} />
        )}
      </Note>
    </div>
  );
}

/** What one image is and what it takes. */
export function Overview({ report }: { report: ImageReport }) {
  const { snapshots, bitmaps } = imageLayer(report).facts;
  return (
    <div className={styles.overview}>
      {report.unreadable !== undefined && (
        <UnreadableNote path={report.path} failure={report.unreadable} />
      )}
      <DoubtNote report={report} />
      <div className={styles.column}>
        <SizeCard report={report} />
        <InsideCard report={report} />
        <DomainsCard report={report} />
        {snapshots.length > 0 && <SnapshotsCard snapshots={snapshots} />}
        {bitmaps.length > 0 && <BitmapsCard bitmaps={bitmaps} />}
      </div>
      <div className={styles.column}>
        <TakesCard report={report} />
        <FactsCard report={report} />
      </div>
    </div>
  );
}
