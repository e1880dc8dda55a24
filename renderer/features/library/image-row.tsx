import { ActionIcon, Loader, Tooltip } from "@mantine/core";
import { X } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { ImageReport } from "../../../shared/model/report";
import { nameOf } from "../../api/paths";
import { useImages, type ImageView } from "../../state/images";
import { useImageDrag } from "../../state/rebase";
import { attempt } from "../../state/view";
import { formatRoundSize, formatSize } from "../../text/format";
import { Ellipsis } from "../../ui/ellipsis";
import styles from "./library.module.css";

/** One image of the list: its name, and what is known of its sizes. */
export function ImageRow({ path }: { path: string }) {
  const { t } = useTranslation();
  const view = useImages(({ views }) => views[path]);
  const shown = useImages((images) => images.shown === path);
  const { show, remove } = useImages.getState();
  const name = nameOf(path);
  const drag = useImageDrag(path);
  return (
    <li
      {...drag}
      className={styles.row}
      data-on={shown || undefined}
      data-testid="recent-image"
      data-path={path}
    >
      <button
        type="button"
        className={styles.open}
        data-row
        aria-current={shown ? "page" : undefined}
        onClick={() => attempt(() => show(path))}
        onKeyDown={({ key }) => {
          if (key === "Delete") attempt(() => remove(path));
        }}
      >
        <span className={styles.name}>
          <Ellipsis>{name}</Ellipsis>
        </span>
        <State view={view} />
        {view?.state === "ready" && <TakenBar report={view.report} />}
      </button>
      <Tooltip label={t("library.remove", { name })} openDelay={600}>
        <ActionIcon
          className={styles.remove}
          variant="subtle"
          color="gray"
          size={20}
          aria-label={t("library.remove", { name })}
          onClick={() => attempt(() => remove(path))}
        >
          <X size={13} aria-hidden />
        </ActionIcon>
      </Tooltip>
    </li>
  );
}

function State({ view }: { view: ImageView | undefined }) {
  const { t } = useTranslation();
  if (view === undefined) return null;
  if (view.state === "loading") return <Loader size={11} type="oval" />;
  if (view.state === "failed") {
    const { code } = view.failure;
    if (code === "choose-member")
      return <small className={styles.size}>{t("library.chooseMember")}</small>;
    const missing = code === "missing-file";
    return (
      <small className={styles.failed}>{t(missing ? "library.missing" : "library.failed")}</small>
    );
  }
  return (
    <small className={styles.size}>
      {formatRoundSize(view.report.layers[0]?.virtualSize ?? 0)}
    </small>
  );
}

/** What the host has given of what the guest was promised. */
function TakenBar({ report }: { report: ImageReport }) {
  const { t } = useTranslation();
  const [image] = report.layers;
  if (image?.allocated === undefined) return null;
  const { allocated, virtualSize } = image;
  const share = virtualSize > 0 ? Math.min(1, allocated / virtualSize) : 0;
  return (
    <span
      className={styles.bar}
      role="img"
      aria-label={t("library.bar", { allocated: formatSize(allocated) })}
    >
      <span style={{ width: `${share * 100}%` }} />
    </span>
  );
}
