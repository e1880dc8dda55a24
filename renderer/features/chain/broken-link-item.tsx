import { Unlink } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { BrokenLink } from "../../../shared/model/report";
import { nameOf } from "../../api/paths";
import { hasFailureTitle } from "../../text/i18n";
import { FailureText } from "../../ui/failure-text";
import { FactList } from "../../ui/fact-list";
import { Answer } from "./answer";
import styles from "./chain.module.css";

interface BrokenLinkItemProps {
  /** The image on the page. */
  path: string;
  link: BrokenLink;
}

/** Where the chain ends at a file that may not be opened: what was wanted, where, and the answers. */
export function BrokenLinkItem({ path, link }: BrokenLinkItemProps) {
  const { t } = useTranslation();
  const { code, reference } = link.failure;
  return (
    <li className={styles.layer} data-broken data-testid="broken-link">
      <span className={styles.dot}>
        <Unlink size={11} aria-hidden />
      </span>
      <div className={styles.box}>
        <div className={styles.head}>
          <h3>{t("chain.broken.title")}</h3>
          <span className={styles.reason}>
            {hasFailureTitle(code) ? t(`failure.title.${code}`) : t("failure.unknown")}
          </span>
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
            { name: t("chain.broken.from"), value: nameOf(link.from) },
            // What stands with the answers below says why, and what to do.
            ...(reference === undefined
              ? [{ name: t("chain.broken.why"), value: <FailureText failure={link.failure} /> }]
              : []),
          ]}
        />
        {reference !== undefined && <Answer path={path} reference={reference} />}
      </div>
    </li>
  );
}
