import { Checkbox, Loader } from "@mantine/core";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { ChangeOutlook, ImageChange } from "../../../shared/model/change";
import { nameOf } from "../../api/paths";
import { needsConsent, useChange, type OutlookView } from "../../state/change";
import { useImages } from "../../state/images";
import { formatSize } from "../../text/format";
import { Bytes } from "../../ui/bytes";
import { FailureText } from "../../ui/failure-text";
import { FactList, type Fact } from "../../ui/fact-list";
import { Note } from "../../ui/note";
import styles from "./change.module.css";
import { Preview } from "./preview";

/** Kinds of changes whose chain looks another way afterwards, or is written to. */
const drawn: ReadonlySet<ImageChange["kind"]> = new Set(["flatten", "rebase", "commit", "merge"]);
/** Names that are told in one sentence. */
const most = 8;

interface OutlookProps {
  change: ImageChange;
  view: OutlookView;
}

/** What the change will do, as the engine has worked it out, or why it cannot be made. */
export function Outlook({ change, view }: OutlookProps) {
  const { t } = useTranslation();
  const { done } = useChange((state) => state.progress);
  const agreed = useChange((state) => state.agreed);
  const { agree } = useChange.getState();
  if (view.state === "loading")
    return (
      <div className={styles.looking} role="status">
        <Loader size={14} />
        {done > 0 ? t("change.lookedAt", { size: formatSize(done) }) : t("change.looking")}
      </div>
    );
  if (view.state === "failed")
    return (
      <Note tone="bad" role="alert" testId="change-refused">
        <FailureText failure={view.failure} />
      </Note>
    );
  const { outlook } = view;
  return (
    <>
      {drawn.has(change.kind) && <Preview outlook={outlook} />}
      <Warnings change={change} outlook={outlook} />
      {needsConsent(change, outlook) && (
        <Checkbox
          label={t("change.agree")}
          checked={agreed}
          onChange={({ currentTarget }) => agree(currentTarget.checked)}
        />
      )}
      <div data-testid="consequences">
        <FactList facts={factsOf(change, outlook, t)} />
      </div>
    </>
  );
}

/** Who else would be hurt, and what may not fit. */
function Warnings({ change, outlook }: { change: ImageChange; outlook: ChangeOutlook }) {
  const { t } = useTranslation();
  const { changedSnapshots, dependents, dependentsComplete, space, free, lost } = outlook;
  const snapshots = changedSnapshots.map(({ path, id, name }) => `${name || id} (${nameOf(path)})`);
  return (
    <>
      {changedSnapshots.length > 0 && (
        <Note tone="bad" testId="changed-snapshots">
          {t("change.snapshots", { count: snapshots.length, names: listed(snapshots, t) })}
        </Note>
      )}
      {dependents.length > 0 && (
        <Note tone="bad" testId="dependents">
          {t("change.dependents", {
            count: dependents.length,
            names: listed(
              dependents.map(({ path }) => nameOf(path)),
              t,
            ),
          })}
        </Note>
      )}
      {lost !== undefined && outlook.undo === "impossible" && (
        <Note tone="bad" testId="lost">
          {lost > 0 ? t("change.lost", { size: formatSize(lost) }) : t("change.lostNothing")}
        </Note>
      )}
      {!dependentsComplete && <Note tone="warn">{t("change.incomplete")}</Note>}
      {free !== undefined && space > free && (
        <Note tone="warn" testId="no-space">
          {t("change.noSpace", { space: formatSize(space), free: formatSize(free) })}
        </Note>
      )}
      {change.kind === "commit" && !change.empty && (
        <Note tone="info">{t("change.keeps", { name: nameOf(change.path) })}</Note>
      )}
    </>
  );
}

function listed(names: readonly string[], t: TFunction): string {
  const some = names.slice(0, most).join(", ");
  return names.length > most
    ? t("change.andMore", { names: some, count: names.length - most })
    : some;
}

function factsOf(change: ImageChange, outlook: ChangeOutlook, t: TFunction): Fact[] {
  const { copied, zeroed, space, free, grownTo, keptSnapshots, outdated, undo, writesTo } = outlook;
  const bytes = (name: string, value: number, testId: string): Fact => ({
    name,
    value: <Bytes value={value} testId={testId} />,
  });
  const written = change.kind !== "amend" && change.kind !== "resize";
  const compacts = change.kind === "compact";
  const length = lengthOf(change.path);
  return [
    { name: t("change.fact.writesTo"), value: nameOf(writesTo), testId: "writes-to" },
    ...(compacts ? [bytes(t("change.fact.newLength"), copied, "copied")] : []),
    ...(compacts && length !== undefined
      ? [bytes(t("change.fact.gain"), Math.max(0, length - copied), "gain")]
      : []),
    ...(written && !compacts && change.kind !== "punch"
      ? [bytes(t("change.fact.copied"), copied, "copied")]
      : []),
    ...(zeroed > 0 || change.kind === "punch"
      ? [bytes(t(`change.fact.${isGivenBack(change) ? "given" : "zeroed"}`), zeroed, "zeroed")]
      : []),
    ...(written || space > 0 ? [bytes(t("change.fact.space"), space, "space")] : []),
    ...(written && free !== undefined ? [bytes(t("change.fact.free"), free, "free")] : []),
    ...(grownTo === undefined ? [] : [bytes(t("change.fact.grownTo"), grownTo, "grown-to")]),
    ...(keptSnapshots > 0
      ? [
          {
            name: t("change.fact.snapshots"),
            value: t("change.fact.kept", { count: keptSnapshots }),
          },
        ]
      : []),
    ...(outdated.length > 0
      ? [
          {
            name: t(`change.fact.${change.kind === "merge" ? "unneeded" : "outdated"}`),
            value: outdated.map(nameOf).join(", "),
          },
        ]
      : []),
    { name: t("change.fact.undo"), value: t(`change.undo.${undo}`), testId: "undo" },
  ];
}

const isGivenBack = ({ kind }: ImageChange): boolean => kind === "punch" || kind === "compact";

function lengthOf(path: string): number | undefined {
  const view = useImages.getState().views[path];
  return view?.state === "ready" ? view.report.layers[0]?.fileLength : undefined;
}
