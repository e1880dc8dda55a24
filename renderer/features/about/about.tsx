import { useTranslation } from "react-i18next";
import { useAbout } from "../../state/about";
import { Dialog } from "../../ui/dialog";
import { FactList } from "../../ui/fact-list";
import { Mark } from "../../ui/mark";
import styles from "./about.module.css";

/** What this is, what it runs on, and the licences of everything that is shipped with it. */
export function About() {
  const { t } = useTranslation();
  const { about, close } = useAbout();
  if (about === undefined) return null;
  const { version, electron, chromium, node, platform, libraries } = about;
  return (
    <Dialog
      onClose={close}
      size={560}
      title={
        <span className={styles.title}>
          <Mark />
          {t("about.title", { version })}
        </span>
      }
      closeLabel={t("about.close")}
    >
      {/* Takes the focus at first, so that arrow keys scroll. */}
      <div className={styles.content} tabIndex={-1} data-autofocus data-testid="about">
        <p>{t("about.text")}</p>
        <p>{t("about.licence")}</p>
        <FactList
          facts={[
            { name: t("about.electron"), value: electron },
            { name: t("about.chromium"), value: chromium },
            { name: t("about.node"), value: node },
            { name: t("about.platform"), value: platform },
          ]}
        />
        <h2>{t("about.libraries", { count: libraries.length })}</h2>
        <p>{t("about.chromiumLicences")}</p>
        <ul className={styles.libraries}>
          {libraries.map(({ name, version: its, licence, text }) => (
            <li key={name}>
              <details>
                <summary>
                  {name} {its} <span className={styles.licence}>{licence}</span>
                </summary>
                <pre>{text}</pre>
              </details>
            </li>
          ))}
        </ul>
      </div>
    </Dialog>
  );
}
