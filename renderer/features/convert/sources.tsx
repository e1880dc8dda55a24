import { CloseButton } from "@mantine/core";
import { HardDrive } from "lucide-react";
import { useTranslation } from "react-i18next";
import { nameOf } from "../../api/paths";
import { useConvert } from "../../state/convert";
import { useImages } from "../../state/images";
import { formatSize } from "../../text/format";
import { formatName } from "../../text/format-name";
import { Ellipsis } from "../../ui/ellipsis";
import styles from "./convert.module.css";

/** What is converted where there are several, each with where it goes. */
export function Sources() {
  const { t } = useTranslation();
  const sources = useConvert((form) => form.sources);
  const targets = useConvert((form) => form.targets);
  const { leaveOut } = useConvert.getState();
  return (
    <section className={styles.field} aria-label={t("convert.source")}>
      <ul className={styles.sources}>
        {sources.map((source) => (
          <li key={source}>
            <HardDrive size={17} aria-hidden />
            <div>
              <strong>
                <Ellipsis full={source}>{nameOf(source)}</Ellipsis>
              </strong>
              {targets[source] !== undefined && (
                <small>
                  <Ellipsis full={targets[source]}>
                    {t("convert.savedAs", { name: nameOf(targets[source]) })}
                  </Ellipsis>
                </small>
              )}
            </div>
            <SourceText path={source} />
            <CloseButton
              size="sm"
              aria-label={t("convert.leaveOut", { name: nameOf(source) })}
              onClick={() => leaveOut(source)}
            />
          </li>
        ))}
      </ul>
      <p className={styles.quiet}>{t("convert.beside")}</p>
    </section>
  );
}

/** What a source is, once that is known; nothing for one that cannot be looked into. */
export function SourceText({ path }: { path: string }) {
  const { t } = useTranslation();
  const view = useImages(({ views }) => views[path]);
  if (view?.state === "failed") return null;
  const image = view?.state === "ready" ? view.report.layers[0] : undefined;
  return (
    <span className={styles.quiet}>
      {image === undefined
        ? t("convert.sourceLoading")
        : t("convert.sourceText", {
            format: formatName(image.format, t),
            virtual: formatSize(image.virtualSize),
          })}
    </span>
  );
}
