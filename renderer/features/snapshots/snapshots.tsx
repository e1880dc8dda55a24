import { Loader } from "@mantine/core";
import { Camera } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ImageReport } from "../../../shared/model/report";
import { useHolder } from "../../state/in-use";
import { useSnapshots } from "../../state/snapshots";
import { attempt } from "../../state/view";
import { Card } from "../../ui/card";
import { Explain } from "../../ui/explain/explain";
import { FailureText } from "../../ui/failure-text";
import { HeldButton } from "../../ui/held";
import { Note } from "../../ui/note";
import { ComparisonPanel } from "./comparison";
import { Details } from "./details";
import { SnapshotDialog, type Question } from "./dialog";
import { NoSnapshots } from "./no-snapshots";
import styles from "./snapshots.module.css";
import { Tree } from "./tree";

/** The internal snapshots of an image, and what can be done with them. */
export function Snapshots({ report }: { report: ImageReport }) {
  const format = report.layers[0]?.format;
  const wrapped = report.layers[0]?.facts.wrapping !== undefined;
  if (format !== "qcow2" || wrapped) return <NoSnapshots report={report} />;
  return <SnapshotPage path={report.path} />;
}

function SnapshotPage({ path }: { path: string }) {
  const { t } = useTranslation();
  const view = useSnapshots((state) => (state.path === path ? state.view : undefined));
  const comparison = useSnapshots((state) => state.comparison);
  const takeWanted = useSnapshots((state) => state.takeWanted === path);
  const holder = useHolder(path);
  const { wantTake } = useSnapshots.getState();
  const [question, setQuestion] = useState<Question>();
  useEffect(() => attempt(() => useSnapshots.getState().load(path)), [path]);

  if (view === undefined || view.state === "loading")
    return (
      <div className={styles.loading} role="status">
        <Loader size="sm" />
        {t("snapshots.loading")}
      </div>
    );
  if (view.state === "failed")
    return (
      <Note tone="bad" role="alert">
        <FailureText failure={view.failure} />
      </Note>
    );
  const { tree } = view;
  const count = tree.nodes.length - 1;
  return (
    <div className={styles.page}>
      <Card
        title={t("snapshots.title")}
        subtitle={t("snapshots.subtitle")}
        aside={
          <>
            <Explain topic="overlays" />
            <Explain topic="copyOnWrite" />
          </>
        }
      >
        <div className={styles.take}>
          <HeldButton
            holder={holder}
            size="xs"
            leftSection={<Camera size={14} aria-hidden />}
            onClick={() => setQuestion({ kind: "take" })}
          >
            {t("snapshots.take")}
          </HeldButton>
        </div>
        {tree.tooMany && <Note tone="warn">{t("snapshots.tooMany")}</Note>}
        {count === 0 && <p className={styles.empty}>{t("snapshots.empty")}</p>}
        <Tree tree={tree} />
        {comparison && <ComparisonPanel comparison={comparison} />}
      </Card>
      <Details path={path} tree={tree} ask={setQuestion} />
      {takeWanted && (
        <SnapshotDialog question={{ kind: "take" }} close={() => wantTake(undefined)} />
      )}
      {question && <SnapshotDialog question={question} close={() => setQuestion(undefined)} />}
    </div>
  );
}
