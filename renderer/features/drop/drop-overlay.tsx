import { ArrowRightLeft, FolderOpen } from "lucide-react";
import { useTranslation } from "react-i18next";
import { CallError, pathsOf } from "../../api/client";
import { useDrop } from "../../state/drop";
import { attempt } from "../../state/view";
import styles from "./drop-overlay.module.css";
import { useFileDrag, type DropZone } from "./use-file-drag";

const zones = [
  { zone: "open", Icon: FolderOpen },
  { zone: "convert", Icon: ArrowRightLeft },
] as const;

/** Covers the window while files are dragged over it: the left half opens them, the right converts them. */
export function DropOverlay() {
  const { t } = useTranslation();
  const noPath = t("drop.noPath");
  const over = useFileDrag((files, zone) => attempt(() => take(files, zone, noPath)));
  if (over === undefined) return null;
  return (
    <section className={styles.overlay} aria-label={t("drop.label")}>
      {zones.map(({ zone, Icon }) => (
        <div
          key={zone}
          className={styles.zone}
          data-drop-zone={zone}
          data-over={zone === over || undefined}
          data-testid={`drop-${zone}`}
        >
          <Icon size={40} strokeWidth={1.5} aria-hidden />
          <strong>{t(`drop.${zone}`)}</strong>
          <span>{t(`drop.${zone}Text`)}</span>
        </div>
      ))}
    </section>
  );
}

async function take(files: readonly File[], zone: DropZone, noPath: string): Promise<void> {
  const paths = pathsOf(files);
  if (paths.length === 0) throw new CallError({ code: "invalid-argument", message: noPath });
  await useDrop.getState()[zone](paths);
}
