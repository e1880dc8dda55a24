import { Select, Switch } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { ImageChange } from "../../../shared/model/change";
import { useChange } from "../../state/change";
import { useImages } from "../../state/images";
import { attempt } from "../../state/view";
import styles from "./change.module.css";

type Amend = Extract<ImageChange, { kind: "amend" }>;

const widths = [1, 2, 4, 8, 16, 32, 64];

/** What a qcow2 header can be told anew: version, lazy refcounts, width of the refcounts. */
export function AmendFields({ change }: { change: Amend }) {
  const { t } = useTranslation();
  const view = useImages(({ views }) => views[change.path]);
  const facts = view?.state === "ready" ? view.report.layers[0]?.facts : undefined;
  const version = facts?.version === "2" ? "2" : "3";
  const lazy = facts?.formatSpecific?.["lazy-refcounts"] === true;
  const bits = Number(facts?.formatSpecific?.["refcount-bits"] ?? 16);
  const old = (change.version ?? version) === "2";
  /** What is as it was is not asked for. */
  const ask = (next: Amend) => {
    const { path, kind } = next;
    const is2 = (next.version ?? version) === "2";
    attempt(() =>
      useChange.getState().ask({
        kind,
        path,
        ...(next.version !== undefined && next.version !== version && { version: next.version }),
        ...(!is2 &&
          next.lazyRefcounts !== undefined &&
          next.lazyRefcounts !== lazy && { lazyRefcounts: next.lazyRefcounts }),
        ...(!is2 &&
          next.refcountBits !== undefined &&
          next.refcountBits !== bits && { refcountBits: next.refcountBits }),
      }),
    );
  };
  return (
    <div className={styles.amend}>
      <Select
        label={t("change.amend.version")}
        labelProps={{ mb: 6 }}
        allowDeselect={false}
        data={[
          { value: "2", label: t("change.amend.version2") },
          { value: "3", label: t("change.amend.version3") },
        ]}
        value={change.version ?? version}
        onChange={(value) => ask({ ...change, version: value === "2" ? "2" : "3" })}
      />
      <Select
        label={t("change.amend.bits")}
        labelProps={{ mb: 6 }}
        allowDeselect={false}
        disabled={old}
        data={widths.map((width) => ({
          value: String(width),
          label: t("change.amend.bitsValue", { count: width }),
        }))}
        value={String(old ? 16 : (change.refcountBits ?? bits))}
        onChange={(value) => ask({ ...change, refcountBits: Number(value) })}
      />
      <Switch
        label={t("change.amend.lazy")}
        description={t("change.amend.lazyText")}
        disabled={old}
        checked={!old && (change.lazyRefcounts ?? lazy)}
        onChange={({ currentTarget }) => ask({ ...change, lazyRefcounts: currentTarget.checked })}
      />
    </div>
  );
}
