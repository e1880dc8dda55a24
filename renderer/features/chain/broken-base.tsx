import { FileQuestion, FileSymlink, RefreshCcwDot, Unlink } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { BrokenLink } from "../../../shared/model/report";
import { call } from "../../api/client";
import { nameOf } from "../../api/paths";
import { useChain } from "../../state/chain";
import { useHolder } from "../../state/in-use";
import { attempt } from "../../state/view";
import { hasFailureTitle } from "../../text/i18n";
import { Ellipsis } from "../../ui/ellipsis";
import { FailureText } from "../../ui/failure-text";
import { FactList } from "../../ui/fact-list";
import { HeldButton } from "../../ui/held";
import styles from "./chain.module.css";

interface BrokenBaseProps {
  /** The image on the page. */
  path: string;
  link: BrokenLink;
}

/** What is wrong with a base that was not opened, each with its mark. */
const marks = {
  missing: FileQuestion,
  moved: FileSymlink,
  cycle: RefreshCcwDot,
  other: Unlink,
} as const;

/** A base that is missing, moved, part of a loop or no image, drawn where its slab would be. */
export function BrokenBase({ path, link }: BrokenBaseProps) {
  const { t } = useTranslation();
  const moved = useMoved(link);
  const { code } = link.failure;
  const missing = moved.length > 0 ? "moved" : "missing";
  const kind = code === "missing-file" ? missing : code === "cycle" ? "cycle" : "other";
  const Mark = marks[kind];
  const from = nameOf(link.from);
  const holder = useHolder(path, [link.from]);
  const { pointTo } = useChain.getState();
  return (
    <li className={styles.layer} data-broken={kind} data-testid="broken-link">
      <span className={styles.dot}>
        <Mark size={12} aria-hidden />
      </span>
      <div className={styles.box}>
        <div className={styles.head}>
          <h3>{t(`change.broken.${kind}`)}</h3>
          {kind === "other" && (
            <span className={styles.reason}>
              {hasFailureTitle(code) ? t(`failure.title.${code}`) : t("failure.unknown")}
            </span>
          )}
        </div>
        <FactList
          facts={[
            { name: t("chain.broken.wanted"), value: link.name, mono: true },
            ...(link.path === undefined || link.path === link.name
              ? []
              : [{ name: t("chain.broken.at"), value: link.path, mono: true }]),
            ...(link.format === undefined
              ? []
              : [{ name: t("chain.broken.format"), value: link.format }]),
            { name: t("chain.broken.from"), value: from },
            { name: t("chain.broken.why"), value: <FailureText failure={link.failure} /> },
          ]}
        />
        <p className={styles.mend}>
          {t(kind === "cycle" ? "change.broken.cycleText" : "change.broken.pointText", { from })}
        </p>
        <div className={styles.buttons}>
          {moved.map((found) => (
            <HeldButton
              key={found}
              holder={holder}
              size="xs"
              className={styles.found}
              onClick={() => attempt(() => pointTo(path, link, found))}
            >
              <Ellipsis>{t("change.broken.pointHere", { path: found })}</Ellipsis>
            </HeldButton>
          ))}
          <HeldButton
            holder={holder}
            size="xs"
            variant="default"
            onClick={() => attempt(() => pointTo(path, link))}
          >
            {t("chain.broken.pointTo")}
          </HeldButton>
        </div>
      </div>
    </li>
  );
}

/** Files of the missing one's name in folders that are known; for one link as long as it is shown. */
function useMoved({ from, name, failure }: BrokenLink): readonly string[] {
  const [found, setFound] = useState<readonly string[]>([]);
  const missing = failure.code === "missing-file";
  useEffect(() => {
    let asked = missing;
    if (missing)
      call("chain.findMoved", { from, name }).then(
        ({ paths }) => asked && setFound(paths),
        () => {},
      );
    return () => {
      asked = false;
    };
  }, [from, name, missing]);
  return found;
}
