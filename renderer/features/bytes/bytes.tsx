import { SegmentedControl, Select } from "@mantine/core";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import type { ImageReport } from "../../../shared/model/report";
import { placeOf, showWanted, useBytes } from "../../state/bytes";
import { Card } from "../../ui/card";
import { FailureText } from "../../ui/failure-text";
import { Note } from "../../ui/note";
import { TextButton } from "../../ui/text-button";
import styles from "./bytes.module.css";
import { CaretFacts } from "./caret-facts";
import { CopyButtons } from "./copy-buttons";
import { FindBar } from "./find-bar";
import { GoTo } from "./go-to";
import { HexView } from "./hex-view";

/** The bytes of the disk that the guest sees, and of the image file: read only. */
export function Bytes({ report }: { report: ImageReport }) {
  const { t } = useTranslation();
  const { path } = report;
  const place = useBytes((state) => (state.place?.path === path ? state.place : undefined));
  const failure = useBytes((state) => state.failure);
  const { show } = useBytes.getState();
  // A new report means that the file may have changed.
  useEffect(() => {
    const { place: before, caret } = useBytes.getState();
    if (showWanted(path)) return;
    if (before?.path === path) useBytes.getState().show(before, caret);
    else useBytes.getState().show(placeOf(path, "guest"));
  }, [path, report]);
  useEffect(() => () => useBytes.getState().leave(), []);

  if (place === undefined) return null;
  const snapshots = report.layers[0]?.facts.snapshots ?? [];
  return (
    <Card title={t("bytes.title")} subtitle={t(`bytes.side.hint.${place.side}`)}>
      <div className={styles.bars}>
        <div className={styles.bar}>
          <SegmentedControl
            aria-label={t("bytes.side.label")}
            size="xs"
            value={place.side}
            onChange={(side) => show(placeOf(path, side))}
            data={[
              { value: "guest", label: t("bytes.side.guest") },
              { value: "file", label: t("bytes.side.file") },
            ]}
          />
          {place.side === "guest" && snapshots.length > 0 && (
            <Select
              aria-label={t("bytes.snapshot.label")}
              size="xs"
              className={styles.snapshot}
              allowDeselect={false}
              value={String(place.snapshot ?? "now")}
              data={[
                { value: "now", label: t("bytes.snapshot.now") },
                ...snapshots.map(({ name }, index) => ({ value: String(index), label: name })),
              ]}
              onChange={(chosen) => {
                const snapshot = chosen === null || chosen === "now" ? undefined : Number(chosen);
                // At the same offset: what it was there then.
                show(placeOf(path, "guest", snapshot), useBytes.getState().caret);
              }}
            />
          )}
          <GoTo />
        </div>
        <FindBar />
      </div>
      {failure && (
        <div className={styles.failure}>
          <Note tone="bad" role="alert">
            <FailureText failure={failure} />
            <TextButton onClick={() => show(place)}>{t("bytes.again")}</TextButton>
          </Note>
        </div>
      )}
      <div className={styles.columns}>
        <HexView name={report.name} layers={report.layers.map((layer) => layer.path)} />
        <div className={styles.side}>
          <CaretFacts report={report} place={place} />
          <CopyButtons />
        </div>
      </div>
    </Card>
  );
}
