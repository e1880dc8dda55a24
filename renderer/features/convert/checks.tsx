import type { TFunction } from "i18next";
import { Check, CircleAlert, Minus, TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import { nameOf } from "../../api/paths";
import { useConvert, type ConvertForm } from "../../state/convert";
import { useImages, type ImageView } from "../../state/images";
import { formatSize } from "../../text/format";
import styles from "./convert.module.css";
import { spaceOf } from "./option-fields";
import { bytesToWrite } from "./source-state";
import { sentences } from "../../text/sentence";

interface CheckLine {
  readonly kind: "good" | "warn" | "bad" | "plain";
  readonly text: string;
}

const icons = { good: Check, warn: TriangleAlert, bad: CircleAlert, plain: Minus } as const;

/** What was looked at before the start, and what came of it. */
export function Checks() {
  const { t } = useTranslation();
  const form = useConvert();
  const views = useImages((images) => images.views);
  const lines = [
    ...form.sources.flatMap((source) => sourceLines(source, views[source], t)),
    ...spaceLines(form, views, t),
    { kind: "plain", text: t("convert.checks.kept", { count: form.sources.length }) } as const,
  ];
  return (
    <section aria-label={t("convert.checks.title")}>
      <h3 className={styles.label}>{t("convert.checks.title")}</h3>
      <ul className={styles.checks}>
        {lines.map(({ kind, text }) => {
          const Icon = icons[kind];
          return (
            <li key={text} data-kind={kind}>
              <Icon size={14} aria-hidden />
              <span>{text}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** Whether a source can be read to its end, and what of it is not carried over. */
function sourceLines(source: string, view: ImageView | undefined, t: TFunction): CheckLine[] {
  const name = nameOf(source);
  if (view === undefined || view.state === "loading") return [];
  if (view.state === "failed") {
    const message = sentences(view.failure.message);
    return [{ kind: "bad", text: t("convert.checks.unreadable", { name, message }) }];
  }
  const { layers, broken, unreadable } = view.report;
  if (unreadable !== undefined) {
    const message = sentences(unreadable.message);
    return [{ kind: "bad", text: t("convert.checks.unreadable", { name, message }) }];
  }
  if (broken !== undefined) {
    const message = sentences(broken.failure.message);
    const text = t("convert.checks.broken", { name, link: broken.name, message });
    return [{ kind: "bad", text }];
  }
  const snapshots = layers[0]?.facts.snapshots.length ?? 0;
  const lines: CheckLine[] = [
    { kind: "good", text: t("convert.checks.chain", { name, count: layers.length }) },
  ];
  if (snapshots > 0) {
    lines.push({
      kind: "plain",
      text: t("convert.checks.snapshots", { name, count: snapshots }),
    });
  }
  return lines;
}

/** Whether there is room where the one target goes. */
function spaceLines(
  form: ConvertForm,
  views: Readonly<Record<string, ImageView>>,
  t: TFunction,
): CheckLine[] {
  const view = views[form.sources[0] ?? ""];
  if (form.check?.folderExists !== true || view?.state !== "ready") return [];
  const { free } = form.check;
  if (free === undefined) return [{ kind: "warn", text: t("convert.checks.spaceUnknown") }];
  const specs = form.formats.find(({ id }) => id === form.format)?.options ?? [];
  const need = bytesToWrite(view.report, spaceOf(specs, form.options) === "thick");
  if (need === undefined) return [];
  const sizes = { free: formatSize(free), need: formatSize(need) };
  return need <= free
    ? [{ kind: "good", text: t("convert.checks.space", sizes) }]
    : [{ kind: "warn", text: t("convert.checks.spaceShort", sizes) }];
}
