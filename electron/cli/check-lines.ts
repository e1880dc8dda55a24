import type { CheckFinding, CheckResult } from "../../shared/model/check";

/** What is most often found has qemu-img's words. */
const inTheirWords = new Set<CheckFinding["id"]>([
  "refcount-differs",
  "l1-copied-flag",
  "l2-copied-flag",
]);

/** What a check has to tell, line by line, and what a repair has done about it. */
export function findingLines(before: CheckResult, after = before): string[] {
  const { findings, moreFindings } = before;
  const are = (id: CheckFinding["id"]): CheckFinding[] =>
    findings.filter((finding) => finding.id === id);
  const counts = are("refcount-differs");
  const flags = [...are("l1-copied-flag"), ...are("l2-copied-flag")];
  const others = findings.filter(({ id }) => !inTheirWords.has(id));
  const isLeft = ({ id, at }: CheckFinding): boolean =>
    after.findings.some((left) => left.id === id && left.at === at);
  const rebuilt = counts.some((finding) => finding.kind === "corruption" && !isLeft(finding));
  const mended = counts.filter((finding) => finding.kind === "leak" && !isLeft(finding));
  // Most flags were wrong only beside a wrong refcount.
  const recounted = rebuilt || mended.length > 0;
  const told = recounted ? flags.filter((flag) => isLeft(flag) || isWrong(flag, counts)) : flags;
  return [
    ...others.map(ownLine),
    ...counts.map((finding) => countLine(finding, finding.kind === "leak" ? "Leaked" : "ERROR")),
    ...(rebuilt
      ? ["Rebuilding refcount structure"]
      : mended.map((finding) => countLine(finding, "Repairing"))),
    ...told.map((finding) => flagLine(finding, isLeft(finding) ? "ERROR" : "Repairing")),
    ...(moreFindings > 0 ? [`${moreFindings} more findings are not listed`] : []),
  ];
}

/** Whether a COPIED flag is wrong by the uses of its cluster, too, and not only by the refcount that it has. */
function isWrong({ values = {} }: CheckFinding, counts: readonly CheckFinding[]): boolean {
  const offset = Number(BigInt(`0x${values["entry"]}`) & 0x00ff_ffff_ffff_fe00n);
  const uses = counts.find(({ at }) => at === offset)?.values?.["uses"];
  return uses === undefined || (uses === 1) === (values["refcount"] === 1);
}

const words: Readonly<Record<CheckFinding["kind"], string>> = {
  corruption: "ERROR ",
  error: "ERROR ",
  leak: "Leaked: ",
  note: "",
};

/** In Lamina's words, with its place. */
const ownLine = ({ kind, text, at }: CheckFinding): string =>
  `${words[kind]}${text} (at byte ${at})`;

const countLine = ({ values = {} }: CheckFinding, done: string): string =>
  `${done} cluster ${values["cluster"]} refcount=${values["refcount"]} reference=${values["uses"]}`;

function flagLine({ id, values = {} }: CheckFinding, done: string): string {
  const { index, entry, refcount } = values;
  return id === "l1-copied-flag"
    ? `${done} OFLAG_COPIED L2 cluster: l1_index=${index} l1_entry=${entry} refcount=${refcount}`
    : `${done} OFLAG_COPIED data cluster: l2_entry=${entry} refcount=${refcount}`;
}
