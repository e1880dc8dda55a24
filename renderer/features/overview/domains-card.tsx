import { Monitor } from "lucide-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import type { DomainUse } from "../../../shared/model/domains";
import type { ImageReport } from "../../../shared/model/report";
import { copyText } from "../../state/clipboard";
import { useDomains } from "../../state/domains";
import { attempt } from "../../state/view";
import { Badge } from "../../ui/badge";
import { Card } from "../../ui/card";
import { CodeBlock } from "../../ui/code-block";
import { Ellipsis } from "../../ui/ellipsis";
import { Note } from "../../ui/note";
import styles from "./domains.module.css";
import { imageLayer } from "./sizes";

/** Which VMs use the image, and whether they take it for what it is; nothing where none is known. */
export function DomainsCard({ report }: { report: ImageReport }) {
  const { t } = useTranslation();
  const domains = useDomains((state) =>
    state.of?.path === report.path ? state.domains : undefined,
  );
  const load = useDomains((state) => state.load);
  useEffect(() => attempt(() => load(report)), [load, report]);
  if (domains === undefined || domains.uses.length + domains.unreadable.length === 0) return null;
  const { uses, unreadable } = domains;
  return (
    <Card title={t("domains.title")} {...(uses.length > 0 && { subtitle: t("domains.subtitle") })}>
      <ul className={styles.uses} data-testid="domains">
        {uses.map((use) => (
          <Use
            key={`${use.file} ${use.target} ${use.source}`}
            use={use}
            format={imageLayer(report).format}
          />
        ))}
      </ul>
      {unreadable.map((folder) => (
        <p key={folder} className={styles.dim}>
          {t("domains.unreadable", { folder })}
        </p>
      ))}
    </Card>
  );
}

function Use({ use, format }: { use: DomainUse; format: string }) {
  const { t } = useTranslation();
  const { name, uuid, file, device, target, bus, driverType, source, findings } = use;
  const wrong = findings.some(({ id }) => id !== "elsewhere");
  const place = [device, target, bus].filter((part) => part !== undefined).join(" · ");
  return (
    <li className={styles.use}>
      <div className={styles.head}>
        <Monitor size={16} aria-hidden />
        <strong className={styles.name}>
          <Ellipsis>{name}</Ellipsis>
        </strong>
        <span className={styles.dim}>{place}</span>
        <Badge tone={wrong ? "bad" : "plain"}>
          {driverType === undefined ? t("domains.noType") : t("domains.type", { type: driverType })}
        </Badge>
      </div>
      <div className={styles.file}>
        <Ellipsis full={uuid === undefined ? file : `${file}\n${uuid}`}>{file}</Ellipsis>
      </div>
      {findings.map(({ id, line }) => (
        <div key={id} className={styles.finding}>
          <Note tone={id === "elsewhere" ? "warn" : "bad"} testId="domain-finding">
            {t(`domains.finding.${id}`, { type: driverType, format, source })}
          </Note>
          <CodeBlock
            label={t("domains.line", { name })}
            text={line}
            copy={copyText}
            testId="domain-line"
          />
        </div>
      ))}
    </li>
  );
}
