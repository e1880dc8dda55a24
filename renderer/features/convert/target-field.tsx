import { useTranslation } from "react-i18next";
import { useConvert } from "../../state/convert";
import { obstacle } from "../../state/convert-form";
import { attempt } from "../../state/view";
import { PlaceField } from "../../ui/place-field";

/** Where the result goes. */
export function TargetField() {
  const { t } = useTranslation();
  const form = useConvert();
  const { sources, targets, check, replace, setTarget, choose, browseTarget } = form;
  const target = targets[sources[0] ?? ""] ?? "";
  const problem = obstacle(form, true);
  const message =
    target === "" || problem === undefined || problem === "waiting" || problem === "source"
      ? undefined
      : t(`convert.obstacle.${problem}`);
  return (
    <PlaceField
      value={target}
      error={message}
      taken={check?.exists === true && !check.isSource}
      replace={replace}
      change={(path) => attempt(() => setTarget(path))}
      browse={() => attempt(browseTarget)}
      setReplace={(yes) => choose({ replace: yes })}
    />
  );
}
