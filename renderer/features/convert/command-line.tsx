import { useTranslation } from "react-i18next";
import { copyText } from "../../state/clipboard";
import { useOutlook } from "../../state/outlook";
import { CodeBlock } from "../../ui/code-block";

/** The same job as a command line. */
export function CommandLine() {
  const { t } = useTranslation();
  const commands = useOutlook((outlook) => outlook.commands);
  if (commands.length === 0) return null;
  return (
    <CodeBlock
      label={t("jobs.command")}
      text={commands.join("\n")}
      testId="command-line"
      copy={copyText}
    />
  );
}
