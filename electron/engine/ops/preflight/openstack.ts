import type { TargetChoice } from "../../../../shared/model/preflight";
import { firmwareFindings } from "./boot";
import type { PurposeRules } from "./facts";
import { oldQcow2Findings } from "./kvm";

const raw: TargetChoice = { format: "raw", options: {} };
const qcow2: TargetChoice = { format: "qcow2", options: { compat: "1.1" } };

/** OpenStack whose images and volumes lie in Ceph: raw, or every start converts first. */
export const openstackCeph: PurposeRules = {
  recommended: () => raw,
  findings: (facts) => {
    const { format } = facts.target;
    return [
      format === "raw"
        ? { id: "ceph-raw", level: "good" }
        : { id: "ceph-not-raw", level: "stop", values: { format }, mend: raw },
      ...firmwareFindings(facts),
    ];
  },
};

/** OpenStack with images in files: qcow2 of version 3 that stands alone. */
export const openstackFiles: PurposeRules = {
  recommended: () => qcow2,
  findings: (facts) => {
    const { format } = facts.target;
    const other = format !== "qcow2" && format !== "raw";
    return [
      ...(other
        ? [
            {
              id: "glance-other-format",
              level: "warning",
              values: { format },
              mend: qcow2,
            } as const,
          ]
        : []),
      ...oldQcow2Findings(facts),
      ...firmwareFindings(facts),
    ];
  },
};
