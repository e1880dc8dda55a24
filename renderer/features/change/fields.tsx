import { Button, Checkbox, Radio, Select } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { ImageChange } from "../../../shared/model/change";
import { nameOf } from "../../api/paths";
import { useChange } from "../../state/change";
import { canStand, chooseBase, putOn } from "../../state/rebase";
import { attempt } from "../../state/view";
import { AmendFields } from "./amend-fields";
import styles from "./change.module.css";
import { chainOf, namesIn } from "./names";
import { ResizeFields } from "./resize-fields";

/** What can be chosen about a change; every choice asks anew what it would do. */
export function ChangeFields({ change }: { change: ImageChange }) {
  switch (change.kind) {
    case "commit":
      return <CommitFields change={change} />;
    case "merge":
      return <MergeFields change={change} />;
    case "rebase":
      return <RebaseFields change={change} />;
    case "resize":
      return <ResizeFields change={change} />;
    case "amend":
      return <AmendFields change={change} />;
    default:
      return null;
  }
}

const ask = (change: ImageChange): void => attempt(() => useChange.getState().ask(change));

function CommitFields({ change }: { change: Extract<ImageChange, { kind: "commit" }> }) {
  const { t } = useTranslation();
  const bases = chainOf(change.path).slice(1);
  return (
    <>
      {bases.length > 1 && (
        <Select
          label={t("change.commit.into")}
          labelProps={{ mb: 6 }}
          allowDeselect={false}
          data={bases.map((path, nth) => ({ value: String(nth + 1), label: nameOf(path) }))}
          value={String(change.depth)}
          onChange={(value) => {
            const depth = Number(value);
            ask({ ...change, depth, empty: depth === 1 });
          }}
        />
      )}
      <Checkbox
        label={t("change.commit.empty", { name: nameOf(change.path) })}
        description={t(change.depth > 1 ? "change.commit.mustKeep" : "change.commit.emptyText")}
        checked={change.empty}
        disabled={change.depth > 1}
        onChange={({ currentTarget }) => ask({ ...change, empty: currentTarget.checked })}
      />
    </>
  );
}

function MergeFields({ change }: { change: Extract<ImageChange, { kind: "merge" }> }) {
  const { t } = useTranslation();
  const names = namesIn(change);
  return (
    <Radio.Group
      label={t("change.merge.into")}
      value={change.into}
      onChange={(into) => ask({ ...change, into: into === "above" ? "above" : "below" })}
    >
      <div className={styles.radios}>
        <Radio
          value="below"
          label={t("change.merge.below", names)}
          description={t("change.merge.belowText")}
        />
        <Radio
          value="above"
          label={t("change.merge.above", names)}
          description={t("change.merge.aboveText")}
        />
      </div>
    </Radio.Group>
  );
}

function RebaseFields({ change }: { change: Extract<ImageChange, { kind: "rebase" }> }) {
  const { t } = useTranslation();
  const { path, base } = change;
  return (
    <div className={styles.baseRow}>
      <Button size="xs" variant="default" onClick={() => attempt(() => chooseBase(path))}>
        {t("change.rebase.choose")}
      </Button>
      {canStand(base) && (
        <Button size="xs" variant="default" onClick={() => attempt(() => putOn(base, path))}>
          {t("change.rebase.turnOver")}
        </Button>
      )}
    </div>
  );
}
