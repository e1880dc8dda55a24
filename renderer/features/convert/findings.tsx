import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { PreflightFinding } from "../../../shared/model/preflight";
import { nameOf } from "../../api/paths";
import { useConvert } from "../../state/convert";
import type { ConvertForm } from "../../state/convert-form";
import { useImages, type ImageView } from "../../state/images";
import { useOutlook, type SizeView } from "../../state/outlook";
import { attempt, useView } from "../../state/view";
import { formatSize } from "../../text/format";
import { failureLine, failureWords } from "../../text/failure-text";
import { CheckList } from "../../ui/check-list";
import { findingText } from "../../ui/preflight-text";
import { Ellipsis } from "../../ui/ellipsis";
import { TextButton } from "../../ui/text-button";
import styles from "./convert.module.css";
import { mendText } from "./mend-text";

interface Line {
  readonly level: PreflightFinding["level"];
  readonly text: string;
  readonly source?: string;
  readonly mend?: PreflightFinding["mend"];
  /** Whether the Chain tab of the source mends it. */
  readonly seeChain?: boolean;
}

/** What `unreadLines` says with the next step. */
const toldAbove: ReadonlySet<PreflightFinding["id"]> = new Set([
  "chain-broken",
  "source-unreadable",
  "source-encrypted",
]);

function useLines(): Line[] {
  const { t } = useTranslation();
  const form = useConvert();
  const views = useImages((images) => images.views);
  const findings = useOutlook((outlook) => outlook.findings);
  const size = useOutlook((outlook) => outlook.size);
  const several = form.sources.length > 1;
  return [
    ...form.sources.flatMap((source) => [
      ...unreadLines(source, views[source], form.salvage, t),
      ...(findings[source] ?? [])
        // The measured size says it exactly.
        .filter(({ id }) => id !== "space-short" || size.state !== "ready")
        .filter(({ id }) => !toldAbove.has(id))
        .filter(({ level }) => !several || level === "warning" || level === "stop")
        .map((finding) => ({
          level: finding.level,
          text: several
            ? t("convert.checks.of", { name: nameOf(source), text: findingText(finding, t) })
            : findingText(finding, t),
          source,
          mend: finding.mend,
        })),
    ]),
    ...placeLines(form, size, t),
    { level: "good", text: t("convert.checks.kept", { count: form.sources.length }) },
  ];
}

/** Beside the button: what keeps the conversion from being started or, where nothing does, the first doubt. */
export function FirstStop() {
  const lines = useLines();
  const told =
    lines.find(({ level }) => level === "stop") ?? lines.find(({ level }) => level === "warning");
  return (
    <p className={styles.stop} data-level={told?.level} data-testid="first-stop">
      {told !== undefined && <Ellipsis>{told.text}</Ellipsis>}
    </p>
  );
}

/** What was looked at before the start, what came of it, and what would mend it. */
export function Findings() {
  const { t } = useTranslation();
  const form = useConvert();
  const lines = useLines();
  return (
    <section aria-label={t("convert.checks.title")} data-testid="findings">
      <h3 className={styles.label}>{t("convert.checks.title")}</h3>
      <CheckList
        lines={lines.map(({ level, text, source, mend, seeChain }) => ({
          level,
          text,
          action: seeChain ? (
            <TextButton onClick={() => source !== undefined && attempt(() => showChain(source))}>
              {t("chain.broken.seeChain")}
            </TextButton>
          ) : (
            source !== undefined &&
            mend !== undefined && (
              <TextButton onClick={() => attempt(() => useConvert.getState().mend(source, mend))}>
                {mendText(mend, form, t)}
              </TextButton>
            )
          ),
        }))}
      />
    </section>
  );
}

/** Leaves the dialog for the chain of a source. */
async function showChain(source: string): Promise<void> {
  useConvert.getState().close();
  useView.getState().setTab("chain");
  await useImages.getState().show(source);
}

/** Why a source cannot be read, or not all of it. */
function unreadLines(
  source: string,
  view: ImageView | undefined,
  salvage: boolean,
  t: TFunction,
): Line[] {
  if (view === undefined || view.state === "loading") return [];
  const name = nameOf(source);
  if (view.state === "failed") {
    const message = failureLine(view.failure, t);
    return [{ level: "stop", text: t("convert.checks.unreadable", { name, message }) }];
  }
  const { broken, unreadable, layers } = view.report;
  if (broken !== undefined) {
    // The Chain tab tells all of it, and mends it.
    const message = failureWords(broken.failure, t).headline;
    const values = { name, link: nameOf(broken.name), message };
    return [{ level: "stop", text: t("convert.checks.broken", values), source, seeChain: true }];
  }
  if (unreadable?.code === "passphrase")
    return [{ level: "stop", text: t("convert.checks.locked", { name }) }];
  if (unreadable !== undefined) {
    const message = failureLine(unreadable, t);
    const level = salvage ? "warning" : "stop";
    return [{ level, text: t("convert.checks.unreadable", { name, message }) }];
  }
  return [{ level: "good", text: t("convert.checks.chain", { name, count: layers.length }) }];
}

/** Whether there is room where the one target goes, and whether holes are kept there. */
function placeLines({ check }: ConvertForm, size: SizeView, t: TFunction): Line[] {
  if (check?.folderExists !== true) return [];
  const lines: Line[] = [];
  const { free, fileSystem } = check;
  if (free === undefined) {
    lines.push({ level: "warning", text: t("convert.checks.spaceUnknown") });
  } else if (size.state === "ready") {
    const sizes = { free: formatSize(free), need: formatSize(size.size.allocated) };
    lines.push(
      size.size.allocated <= free
        ? { level: "good", text: t("convert.checks.space", sizes) }
        : { level: "stop", text: t("convert.checks.spaceShort", sizes) },
    );
  }
  if (fileSystem?.keepsHoles === true)
    lines.push({ level: "good", text: t("convert.checks.holes", { kind: fileSystem.kind }) });
  return lines;
}
