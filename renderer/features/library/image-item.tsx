import { ActionIcon, Loader, Tooltip } from "@mantine/core";
import { CircleAlert, Unlink, X } from "lucide-react";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import { useImages } from "../../state/images";
import { useImageDrag } from "../../state/rebase";
import { failureWords, type FailureWords } from "../../text/failure-text";
import { formatRoundSize, formatSize } from "../../text/format";
import { sentences } from "../../text/sentence";
import { userText } from "../../text/user-text";
import { Badge } from "../../ui/badge";
import { Ellipsis } from "../../ui/ellipsis";
import { imageFacts, usersIn, type ImageFacts } from "./image-facts";
import styles from "./library.module.css";
import type { ImageRow } from "./rows";

interface ImageItemProps {
  id: string;
  row: ImageRow;
  /** Whether it is on the page. */
  shown: boolean;
  active: boolean;
  onChoose: (row: ImageRow) => void;
  onRemove: (row: ImageRow) => void;
}

/** Overlays above so many others have their size below their name, which needs the room. */
const deep = 3;

/** Pixels that an overlay stands further in than the bottom of its chain; less and less with its depth. */
const indentOf = (depth: number): number =>
  Math.min(depth, 4) * 12 + Math.min(Math.max(depth - 4, 0), 8) * 2;

/** One image of the library: its name, and what is known of its sizes. */
export const ImageItem = memo(function ImageItem(props: ImageItemProps) {
  const { id, row, shown, active, onChoose, onRemove } = props;
  const { t } = useTranslation();
  const view = useImages(({ views }) => views[row.path]);
  const { path, name, subfolder, level } = row;
  const drag = useImageDrag(path);
  const facts = imageFacts(row.image, view);
  const { size, allocated, problem, broken } = facts;
  const chain = broken === undefined ? undefined : t("library.broken", { name: broken });
  const held = usersIn(row.image, view, shown)
    .map((user) => userText(user, t))
    .join(" ");
  const words = facts.failure && failureWords(facts.failure, t);
  const label = [
    name,
    size !== undefined && formatRoundSize(size),
    allocated !== undefined && t("library.bar", { allocated: formatSize(allocated) }),
    problem !== undefined && t(`library.${problem}`),
    chain,
    held,
  ];
  return (
    // The tree hears the keys.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
    <div
      {...drag}
      id={id}
      className={styles.image}
      role="treeitem"
      aria-label={label.filter(Boolean).join(", ")}
      aria-level={level}
      aria-posinset={row.position}
      aria-setsize={row.count}
      aria-selected={shown}
      data-on={shown || undefined}
      data-active={active || undefined}
      data-testid={row.image === undefined ? "recent-image" : "library-image"}
      data-path={path}
      data-deep={level - 2 >= deep || undefined}
      style={{ marginInlineStart: indentOf(level - 2) }}
      onClick={() => onChoose(row)}
    >
      <span className={styles.name}>
        {subfolder !== undefined && <small>{subfolder} /</small>}
        <Ellipsis full={words === undefined ? path : `${path}\n${allOf(words)}`}>{name}</Ellipsis>
        {held !== "" && (
          <Tooltip label={held} multiline maw={320}>
            <span className={styles.held} data-testid="library-in-use">
              <Badge tone="warn">{t("image.badges.inUse")}</Badge>
            </span>
          </Tooltip>
        )}
        {chain !== undefined && (
          <Tooltip label={chain} multiline maw={320}>
            <Unlink className={styles.broken} size={13} role="img" aria-label={chain} />
          </Tooltip>
        )}
      </span>
      <State facts={facts} />
      <TakenBar facts={facts} />
      {row.image === undefined && (
        <ActionIcon
          className={styles.remove}
          variant="subtle"
          color="gray"
          size={20}
          tabIndex={active ? 0 : -1}
          aria-label={t("library.remove", { name })}
          title={t("library.remove", { name })}
          onClick={(event) => {
            event.stopPropagation();
            onRemove(row);
          }}
        >
          <X size={13} aria-hidden />
        </ActionIcon>
      )}
    </div>
  );
});

const allOf = ({ headline, step, detail }: FailureWords): string =>
  sentences(headline, step, detail);

function State({ facts: { loading, size, problem } }: { facts: ImageFacts }) {
  const { t } = useTranslation();
  if (loading) return <Loader size={11} type="oval" />;
  if (problem === "chooseMember")
    return <small className={styles.several}>{t("library.chooseMember")}</small>;
  if (problem !== undefined)
    return (
      <small className={styles.failed}>
        <CircleAlert size={11} aria-hidden /> {t(`library.${problem}`)}
      </small>
    );
  if (size === undefined) return null;
  return <small className={styles.size}>{formatRoundSize(size)}</small>;
}

/** What the host has given of what the guest was promised; its words are in the row's name. */
function TakenBar({ facts: { size, allocated } }: { facts: ImageFacts }) {
  if (size === undefined || allocated === undefined) return null;
  const share = size > 0 ? Math.min(1, allocated / size) : 0;
  return (
    <span className={styles.bar} aria-hidden>
      {allocated > 0 && <span style={{ width: `${share * 100}%` }} />}
    </span>
  );
}
