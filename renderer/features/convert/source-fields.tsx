import { Select, Switch } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useConvert } from "../../state/convert";
import { readability } from "../../state/convert-form";
import { useImages } from "../../state/images";
import { unlock } from "../../state/unlock";
import { formatDate } from "../../text/format";
import { MemberSelect } from "../../ui/member-select";
import { PassphraseField } from "../../ui/passphrase-field";
import styles from "./convert.module.css";
import { SourceText } from "./sources";

/** What the one source is, what of it is read, and what it takes to read it. */
export function SourceFields({ path }: { path: string }) {
  const { t } = useTranslation();
  const view = useImages(({ views }) => views[path]);
  const members = useImages((images) => images.members[path]);
  const salvage = useConvert((form) => form.salvage);
  const { choose } = useConvert.getState();
  const report = view?.state === "ready" ? view.report : undefined;
  const locked = report?.unreadable?.code === "passphrase";
  const damaged = readability(view) === "damaged";
  return (
    <div className={styles.sourceFields}>
      <div className={styles.source}>
        <SourceText path={path} />
        <SnapshotSelect path={path} />
      </div>
      {members && (
        <MemberSelect
          members={members}
          chosen={report?.layers[0]?.facts.wrapping?.member}
          choose={(member) => void unlock(path, { member })}
        />
      )}
      {locked && <PassphraseField unlock={(passphrase) => unlock(path, { passphrase })} />}
      {damaged && (
        <Switch
          size="sm"
          label={t("convert.salvage.label")}
          description={t("convert.salvage.hint")}
          checked={salvage}
          onChange={({ currentTarget }) => choose({ salvage: currentTarget.checked })}
        />
      )}
    </div>
  );
}

function SnapshotSelect({ path }: { path: string }) {
  const { t } = useTranslation();
  const view = useImages(({ views }) => views[path]);
  const chosen = useConvert((form) => form.snapshot);
  const { choose } = useConvert.getState();
  const snapshots = view?.state === "ready" ? view.report.layers[0]?.facts.snapshots : undefined;
  if (snapshots === undefined || snapshots.length === 0) return null;
  return (
    <Select
      label={t("convert.state.label")}
      className={styles.state}
      size="xs"
      allowDeselect={false}
      data={[
        { value: "", label: t("convert.state.active") },
        ...snapshots.map(({ name, dateSeconds }, nth) => ({
          value: String(nth),
          label: t("convert.state.snapshot", { name, date: formatDate(dateSeconds) }),
        })),
      ]}
      value={chosen === undefined ? "" : String(chosen)}
      onChange={(value) => choose({ snapshot: value ? Number(value) : undefined })}
    />
  );
}
