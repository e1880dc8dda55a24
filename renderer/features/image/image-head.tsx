import { ActionIcon, Button } from "@mantine/core";
import { ArrowRightLeft, Camera, CopyPlus, FolderSearch } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { ImageUser } from "../../../shared/model/in-use";
import type { ImageReport } from "../../../shared/model/report";
import { call } from "../../api/client";
import { nameOf } from "../../api/paths";
import { useChain } from "../../state/chain";
import { isPlainDisk } from "../../state/changes-of";
import { useConvert } from "../../state/convert";
import { holderOf } from "../../state/in-use";
import { useSnapshots } from "../../state/snapshots";
import { attempt, useView } from "../../state/view";
import { Badge } from "../../ui/badge";
import { HeldButton } from "../../ui/held";
import { Ellipsis } from "../../ui/ellipsis";
import { badgesOf } from "./badges";
import styles from "./image-head.module.css";
import { MoreMenu } from "./more-menu";

/** Name, place and badges of an image, and what can be done with it. */
export function ImageHead({ report }: { report: ImageReport }) {
  const { t } = useTranslation();
  const { begin } = useConvert.getState();
  const { path } = report;
  const [image, next] = report.layers;
  const isDisk = isPlainDisk(report);
  return (
    <header>
      <div className={styles.head}>
        <div className={styles.names}>
          <h1>
            <Ellipsis lines={2}>{report.name}</Ellipsis>
          </h1>
          <div className={styles.path}>
            <Ellipsis full={path}>{report.folder}</Ellipsis>
            {next && (
              <Ellipsis full={next.path}>{t("image.on", { base: nameOf(next.path) })}</Ellipsis>
            )}
          </div>
        </div>
        <ActionIcon
          variant="default"
          size={33}
          title={t("image.showInFolder")}
          aria-label={t("image.showInFolder")}
          onClick={() => attempt(() => call("image.showInFolder", { path }))}
        >
          <FolderSearch size={15} aria-hidden />
        </ActionIcon>
        {isDisk && (
          <HeadButton
            icon={<CopyPlus size={15} aria-hidden />}
            onClick={() => attempt(() => useChain.getState().createOverlay(report))}
          >
            {t("chain.newOverlay")}
          </HeadButton>
        )}
        {isDisk && image?.format === "qcow2" && (
          <HeadButton
            icon={<Camera size={15} aria-hidden />}
            holder={holderOf(report)}
            onClick={() => {
              useSnapshots.getState().wantTake(path);
              useView.getState().setTab("snapshots");
            }}
          >
            {t("snapshots.take")}
          </HeadButton>
        )}
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

interface HeadButtonProps {
  icon: ReactNode;
  /** Who keeps it from doing its work. */
  holder?: ImageUser | undefined;
  onClick: () => void;
  children: string;
}

/** A button that is its icon only where the page is narrow. */
function HeadButton({ icon, holder, onClick, children }: HeadButtonProps) {
  return (
    <HeldButton
      holder={holder}
      variant="default"
      title={children}
      classNames={{ root: styles.action, section: styles.actionIcon, label: styles.actionText }}
      leftSection={icon}
      onClick={onClick}
    >
      {children}
    </HeldButton>
  );
}
