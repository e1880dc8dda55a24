import { useTranslation } from "react-i18next";
import { nameOf } from "../../api/paths";
import { useChange } from "../../state/change";
import { formatCount } from "../../text/format";
import { Note } from "../../ui/note";

/** That a change was made, and how the files that it wrote to looked to their own check afterwards. */
export function Checked() {
  const { t } = useTranslation();
  const change = useChange((state) => state.change);
  const checks = useChange((state) => state.checks);
  if (change === undefined) return null;
  const bad = checks.some(({ corruptions, checkErrors }) => corruptions + checkErrors > 0);
  return (
    <Note tone={bad ? "bad" : "ok"} role="alert" testId="change-done">
      <strong>{t(`change.done.${change.kind}`)}</strong>
      {checks.map(({ path, corruptions, leaks, checkErrors }) => (
        <div key={path}>
          {corruptions + leaks + checkErrors === 0
            ? t("change.sound", { name: nameOf(path) })
            : t("change.unsound", {
                name: nameOf(path),
                corruptions: formatCount(corruptions + checkErrors),
                leaks: formatCount(leaks),
              })}
        </div>
      ))}
    </Note>
  );
}
