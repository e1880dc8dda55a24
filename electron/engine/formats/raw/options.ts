import type { OptionSpec } from "../../../../shared/model/format";

/**
 * What can be chosen for a raw image. `preallocation` "off" leaves zeros as holes; "falloc" reserves
 * the whole size on the host before anything is written, so that it cannot run out later.
 */
export const rawOptions: readonly OptionSpec[] = [
  { name: "preallocation", kind: "choice", default: "off", choices: ["off", "falloc"] },
];
