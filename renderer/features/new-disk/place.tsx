import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { nameOf } from "../../api/paths";
import { copyText } from "../../state/clipboard";
import { useImages } from "../../state/images";
import { useNewDisk } from "../../state/new-disk";
import { isWhole, newDiskObstacle, type NewDiskForm } from "../../state/new-disk-form";
import { useNewDiskOutlook, type Measured } from "../../state/new-disk-outlook";
import { attempt } from "../../state/view";
import { formatSize } from "../../text/format";
import { Card } from "../../ui/card";
import { CheckList, type CheckLine } from "../../ui/check-list";
import { CodeBlock } from "../../ui/code-block";
import { PlaceField } from "../../ui/place-field";
import styles from "./new-disk.module.css";

/** Where the disk goes, what there is to know of that place, and the same job as a command line. */
export function Place() {
  const { t } = useTranslation();
  const form = useNewDisk();
  const base = useImages(({ views }) => views[form.base ?? ""]);
  const { chosen, command } = useNewDiskOutlook();
  const { target, check, replace, setTarget, browseTarget, setReplace } = form;
  const problem = newDiskObstacle(form, base);
  const lines = [
    ...(form.base !== undefined && isWhole(base)
      ? [{ level: "good", text: t("newDisk.checks.base", { name: nameOf(form.base) }) } as const]
      : []),
    ...placeLines(form, chosen, t),
  ];
  return (
    <Card title={t("newDisk.place.title")}>
      <div className={styles.fields}>
        <PlaceField
          value={target}
          error={errorOf(problem, t)}
          taken={check?.exists === true && !check.isSource}
          replace={replace}
          change={(path) => attempt(() => setTarget(path))}
          browse={() => attempt(browseTarget)}
          setReplace={setReplace}
        />
        {lines.length > 0 && (
          <section aria-label={t("convert.checks.title")} data-testid="new-disk-checks">
            <CheckList lines={lines} />
          </section>
        )}
        {command !== "" && (
          <CodeBlock
            label={t("jobs.command")}
            text={command}
            testId="new-disk-command"
            copy={copyText}
          />
        )}
      </div>
    </Card>
  );
}

function errorOf(problem: ReturnType<typeof newDiskObstacle>, t: TFunction): string | undefined {
  switch (problem) {
    case "is-source":
      return t("newDisk.place.isBase");
    case "relative":
    case "no-folder":
    case "exists":
      return t(`convert.obstacle.${problem}`);
    default:
      return undefined;
  }
}

/** Whether there is room now and later, and what kind of place it is. */
function placeLines(
  { check }: NewDiskForm,
  chosen: Measured | undefined,
  t: TFunction,
): CheckLine[] {
  if (check?.folderExists !== true || chosen?.state !== "ready") return [];
  const { free, fileSystem } = check;
  const { allocated, fullyAllocated, fileLength } = chosen.size;
  const { kind = "unknown", keepsHoles, largestFile } = fileSystem ?? {};
  // Without holes the whole file is given, whatever of it was written.
  const need = keepsHoles === false ? Math.max(allocated, fileLength) : allocated;
  const lines: CheckLine[] = [];
  if (free === undefined) lines.push({ level: "warning", text: t("convert.checks.spaceUnknown") });
  else if (need > free)
    lines.push({
      level: "stop",
      text: t("convert.checks.spaceShort", { free: formatSize(free), need: formatSize(need) }),
    });
  else
    lines.push({
      level: "good",
      text: t("convert.checks.space", { free: formatSize(free), need: formatSize(need) }),
    });
  if (free !== undefined && need <= free && fullyAllocated > free)
    lines.push({
      level: "warning",
      text: t("newDisk.checks.mayGrow", {
        most: formatSize(fullyAllocated),
        free: formatSize(free),
      }),
    });
  if (largestFile !== undefined && fileLength > largestFile)
    lines.push({
      level: "stop",
      text: t("newDisk.checks.tooLong", {
        length: formatSize(fileLength),
        most: formatSize(largestFile),
        kind,
      }),
    });
  if (keepsHoles === true) lines.push({ level: "good", text: t("convert.checks.holes", { kind }) });
  if (keepsHoles === false)
    lines.push({ level: "warning", text: t("newDisk.checks.noHoles", { kind }) });
  if (kind === "NFS" || kind === "SMB")
    lines.push({ level: "note", text: t("newDisk.checks.server", { kind }) });
  return lines;
}
