import { CopyPlus } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Dependents, ImageChange } from "../../../shared/model/change";
import type { ImageUser } from "../../../shared/model/in-use";
import type { ImageReport } from "../../../shared/model/report";
import { folderOf, nameOf } from "../../api/paths";
import { useChain } from "../../state/chain";
import { useChange } from "../../state/change";
import { useImages } from "../../state/images";
import { holderOf } from "../../state/in-use";
import { chooseBase } from "../../state/rebase";
import { attempt } from "../../state/view";
import { formatCount } from "../../text/format";
import { formatName } from "../../text/format-name";
import { Bytes } from "../../ui/bytes";
import { Card } from "../../ui/card";
import { FactList } from "../../ui/fact-list";
import { HeldButton } from "../../ui/held";
import { Note } from "../../ui/note";
import styles from "./chain.module.css";
import { othersOn } from "./others-on";

interface LayerPanelProps {
  /** Of the image on the page. */
  report: ImageReport;
  /** The chosen file's place in the chain. */
  depth: number;
  /** The images that stand on it, once that is known. */
  dependents: Dependents | undefined;
}

/** All that is known of one file of the chain, and what can be done with it. */
export function LayerPanel({ report, depth, dependents }: LayerPanelProps) {
  const { t } = useTranslation();
  const layer = report.layers[depth];
  if (layer === undefined) return null;
  const overlay = report.layers[depth - 1];
  const isLast = depth === report.layers.length - 1 && report.broken === undefined;
  const others = othersOn(report, depth, dependents);
  const role = depth === 0 ? "roleTop" : isLast ? "roleBase" : "roleMiddle";
  // The files above it in this chain stand on it, too, through one another.
  const above = report.layers.slice(0, depth).map(({ path }) => path);
  const hurt = new Set([...above, ...(dependents?.images ?? []).map(({ path }) => path)]).size;
  return (
    <div className={styles.panel} data-testid="layer-panel">
      <Card title={nameOf(layer.path)} subtitle={t(`change.slab.${role}`)}>
        <FactList
          facts={[
            { name: t("change.slab.format"), value: formatName(layer.format, t) },
            ...(layer.namedAs === undefined
              ? []
              : [{ name: t("chain.namedAs"), value: layer.namedAs, mono: true }]),
            { name: t("chain.folder"), value: folderOf(layer.path) },
            {
              name: t("chain.fileLength"),
              value: <Bytes value={layer.fileLength} testId="layer-length" />,
            },
            ...(overlay === undefined
              ? []
              : [
                  {
                    name: t("change.slab.changed"),
                    value: t(
                      overlay.staleBase?.newer ? "change.slab.changedYes" : "change.slab.changedNo",
                    ),
                  },
                ]),
            ...(layer.facts.snapshots.length === 0
              ? []
              : [
                  {
                    name: t("change.slab.snapshots"),
                    value: formatCount(layer.facts.snapshots.length),
                  },
                ]),
            {
              name: t("change.slab.dependents"),
              testId: "stand-on-it",
              value:
                dependents === undefined
                  ? t("change.slab.unknown")
                  : dependents.images.map(({ path }) => nameOf(path)).join(", ") ||
                    t("change.slab.nobody"),
            },
          ]}
        />
        {dependents?.complete === false && (
          <p className={styles.quiet}>{t("change.slab.incomplete")}</p>
        )}
        {(depth > 0 || others.length > 0) && hurt > 0 && (
          <div className={styles.note}>
            <Note tone="info">{t("change.slab.warning", { count: hurt })}</Note>
          </div>
        )}
        <Actions report={report} depth={depth} />
      </Card>
    </div>
  );
}

interface ActionButtonProps {
  icon?: ReactNode;
  /** Who keeps it from doing its work. */
  holder?: ImageUser | undefined;
  onClick: () => void;
  children: string;
}

/** What can be done with the chosen file; what cannot be changed in place is not offered for it. */
function Actions({ report, depth }: { report: ImageReport; depth: number }) {
  const { t } = useTranslation();
  const { path, layers, broken } = report;
  const [top] = layers;
  const chosen = layers[depth];
  if (top === undefined || chosen === undefined) return null;
  const packed = top.facts.wrapping !== undefined;
  const changeable = top.format === "qcow2" && !packed && broken === undefined;
  const standing = changeable && layers.length > 1;
  const ask = (change: ImageChange) => attempt(() => useChange.getState().ask(change));
  const holderAt = (...depths: number[]) =>
    holderOf(
      report,
      depths.flatMap((at) => layers[at]?.path ?? []),
    );
  const inBetween = depth > 0 && depth < layers.length - 1;
  return (
    <div className={styles.actions}>
      {depth === 0 && !packed && (
        <ActionButton
          icon={<CopyPlus size={14} aria-hidden />}
          onClick={() => attempt(() => useChain.getState().createOverlay(report))}
        >
          {t("chain.newOverlay")}
        </ActionButton>
      )}
      {depth === 0 && standing && (
        <>
          <ActionButton holder={holderAt(0)} onClick={() => ask({ kind: "flatten", path })}>
            {t("change.slab.flatten")}
          </ActionButton>
          <ActionButton
            holder={holderAt(0, 1)}
            onClick={() => ask({ kind: "commit", path, depth: 1, empty: true })}
          >
            {t("change.slab.commit")}
          </ActionButton>
        </>
      )}
      {depth === 0 && changeable && (
        <ActionButton holder={holderAt(0)} onClick={() => attempt(() => chooseBase(path))}>
          {t("change.menu.rebase")}
        </ActionButton>
      )}
      {depth > 0 && standing && (
        <ActionButton
          holder={holderAt(0, depth)}
          onClick={() => ask({ kind: "commit", path, depth, empty: depth === 1 })}
        >
          {t("change.slab.commitHere")}
        </ActionButton>
      )}
      {inBetween && standing && (
        <ActionButton
          holder={holderAt(depth - 1)}
          onClick={() => ask({ kind: "merge", path, depth, into: "below" })}
        >
          {t("change.slab.merge")}
        </ActionButton>
      )}
      {depth > 0 && (
        <ActionButton onClick={() => attempt(() => useImages.getState().open([chosen.path]))}>
          {t("change.slab.open")}
        </ActionButton>
      )}
    </div>
  );
}

function ActionButton({ icon, holder, onClick, children }: ActionButtonProps) {
  return (
    <HeldButton
      holder={holder}
      variant="default"
      classNames={{ root: styles.action, label: styles.actionLabel }}
      leftSection={icon}
      onClick={onClick}
    >
      {children}
    </HeldButton>
  );
}
