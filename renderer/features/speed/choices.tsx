import { Select } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { ImageReport } from "../../../shared/model/report";
import { call } from "../../api/client";
import { nameOf } from "../../api/paths";
import { useImages } from "../../state/images";
import { useSpeed } from "../../state/speed";
import { attempt } from "../../state/view";
import styles from "./speed.module.css";

const limits = [1, 5, 15, 60];

/** How long to measure, and which raw file to measure besides. */
export function Choices({ report }: { report: ImageReport }) {
  const { t } = useTranslation();
  const { seconds, raw, running, setSeconds, setRaw } = useSpeed();
  const views = useImages((images) => images.views);
  const opened = Object.entries(views).flatMap(([path, view]) =>
    view.state === "ready" && view.report.layers[0]?.format === "raw" && path !== report.path
      ? [path]
      : [],
  );
  const offered = [...new Set([...opened, ...(raw === undefined ? [] : [raw])])];
  const browse = async () => {
    const [path] = (await call("dialogs.openImages")).paths;
    if (path !== undefined) setRaw(path);
  };
  return (
    <>
      <Select
        label={t("speed.limit")}
        className={styles.choice}
        disabled={running !== undefined}
        allowDeselect={false}
        value={String(seconds)}
        data={limits.map((limit) => ({
          value: String(limit),
          label: t("speed.limitSeconds", { count: limit }),
        }))}
        onChange={(value) => setSeconds(Number(value))}
      />
      <Select
        label={t("speed.compare")}
        className={styles.choice}
        disabled={running !== undefined}
        allowDeselect={false}
        value={raw ?? "none"}
        data={[
          { value: "none", label: t("speed.compareNone") },
          ...offered.map((path) => ({ value: path, label: nameOf(path) })),
          { value: "browse", label: t("speed.compareBrowse") },
        ]}
        onChange={(value) => {
          if (value === "browse") attempt(browse);
          else setRaw(value === null || value === "none" ? undefined : value);
        }}
      />
    </>
  );
}
