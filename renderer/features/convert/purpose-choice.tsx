import { SegmentedControl } from "@mantine/core";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import type { Purpose } from "../../../shared/model/preflight";
import { useConvert } from "../../state/convert";
import { attempt } from "../../state/view";
import fields from "../../ui/option-field.module.css";
import { purposeText } from "../../ui/preflight-text";
import shared from "./convert.module.css";
import styles from "./purpose.module.css";

/** What a disk can be for; several purposes of one system are one choice, and then another. */
const groups = [
  { name: "kvm", purposes: ["kvm"] },
  { name: "vmware", purposes: ["vmware-esxi", "vmware-workstation"] },
  { name: "virtualbox", purposes: ["virtualbox"] },
  { name: "hyper-v", purposes: ["hyper-v-2", "hyper-v-1"] },
  { name: "azure", purposes: ["azure-2", "azure-1"] },
  { name: "aws", purposes: ["aws"] },
  { name: "google", purposes: ["google"] },
  { name: "openstack", purposes: ["openstack-files", "openstack-ceph"] },
  { name: "proxmox", purposes: ["proxmox-files", "proxmox-blocks"] },
  { name: "plain-disk", purposes: ["plain-disk"] },
  { name: "other", purposes: ["other"] },
] as const satisfies readonly { name: string; purposes: readonly [Purpose, ...Purpose[]] }[];

/** What the new image is for: that chooses its format and options. */
export function PurposeChoice() {
  const { t } = useTranslation();
  const name = useId();
  const chosen = useConvert((form) => form.purpose);
  const { choosePurpose } = useConvert.getState();
  const group = groups.find(({ purposes }) => purposes.some((one) => one === chosen));
  return (
    <fieldset className={shared.field}>
      <legend className={shared.label}>{t("convert.for.title")}</legend>
      <div className={styles.purposes}>
        {groups.map((one) => (
          <label key={one.name} className={styles.purpose}>
            <input
              type="radio"
              name={name}
              checked={one === group}
              aria-labelledby={`${name}-${one.name}`}
              aria-describedby={`${name}-${one.name}-what`}
              onChange={() => attempt(() => choosePurpose(one.purposes[0]))}
            />
            <span id={`${name}-${one.name}`}>{t(`convert.for.${one.name}`)}</span>
            <small id={`${name}-${one.name}-what`}>{t(`convert.what.${one.name}`)}</small>
          </label>
        ))}
      </div>
      {chosen !== "other" && group !== undefined && (
        <div className={styles.takes}>
          {group.purposes.length > 1 && (
            <SegmentedControl
              className={fields.segments}
              aria-label={t(`convert.for.${group.name}`)}
              size="xs"
              data={group.purposes.map((value) => ({
                value,
                label: purposeText(value, t).name,
              }))}
              value={chosen}
              onChange={(value) => attempt(() => choosePurpose(value))}
            />
          )}
          <p className={shared.quiet} role="status">
            {purposeText(chosen, t).takes}
          </p>
        </div>
      )}
    </fieldset>
  );
}
