import { Button } from "@mantine/core";
import { ArrowRightLeft, FolderSearch } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { ImageReport } from "../../../shared/model/report";
import { call } from "../../api/client";
import { nameOf } from "../../api/paths";
import { useConvert } from "../../state/convert";
import { attempt } from "../../state/view";
import { Badge } from "../../ui/badge";
import { Ellipsis } from "../../ui/ellipsis";
import { badgesOf } from "./badges";
import styles from "./image-head.module.css";
import { MoreMenu } from "./more-menu";

/** Name, place and badges of an image, and what can be done with it. */
export function ImageHead({ report }: { report: ImageReport }) {
  const { t } = useTranslation();
  const { begin } = useConvert.getState();
  const { path } = report;
  const next = report.layers[1];
  return (
    <header>
      <div className={styles.head}>
        <div className={styles.names}>
          <h1>
            <Ellipsis>{report.name}</Ellipsis>
          </h1>
          <div className={styles.path}>
            <Ellipsis full={path}>{report.folder}</Ellipsis>
            {next && (
              <Ellipsis full={next.path}>{t("image.on", { base: nameOf(next.path) })}</Ellipsis>
            )}
          </div>
        </div>
        <Button
          variant="default"
          title={t("image.showInFolder")}
          classNames={{
            root: styles.folder,
            section: styles.folderIcon,
            label: styles.folderText,
          }}
          leftSection={<FolderSearch size={15} aria-hidden />}
          onClick={() => attempt(() => call("image.showInFolder", { path }))}
        >
          {t("image.showInFolder")}
        </Button>
        <Button
          leftSection={<ArrowRightLeft size={15} aria-hidden />}
          onClick={() => attempt(() => begin([path]))}
        >
          {t("image.convert")}
        </Button>
        <MoreMenu report={report} />
      </div>
      <div className={styles.badges} data-testid="badges">
        {badgesOf(report, t).map(({ text, tone }) => (
          <Badge key={text} tone={tone}>
            {text}
          </Badge>
        ))}
      </div>
    </header>
  );
}
