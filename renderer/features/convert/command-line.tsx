import { useTranslation } from "react-i18next";
import { copyText } from "../../state/clipboard";
import { useOutlook } from "../../state/outlook";
import { CodeBlock } from "../../ui/code-block";
import styles from "./convert.module.css";

/** The same job as a command line. */
export function CommandLine() {
  const { t } = useTranslation();
  const commands = useOutlook((outlook) => outlook.commands);
  const current = useOutlook((outlook) => outlook.current);
  if (commands.length === 0)
    return current ? null : <div className={styles.commandComing} aria-hidden />;
  return (
    <CodeBlock
      label={t("jobs.command")}
      text={commands.join("\n")}
      testId="command-line"
      copy={copyText}
    />
  );
}
