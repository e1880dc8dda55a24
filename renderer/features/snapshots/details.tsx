import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { SnapshotNode, SnapshotTree } from "../../../shared/model/snapshot-tree";
import { useConvert } from "../../state/convert";
import { useHolder } from "../../state/in-use";
import { useSnapshots } from "../../state/snapshots";
import { attempt } from "../../state/view";
import { formatDate, formatShare } from "../../text/format";
import { Bytes } from "../../ui/bytes";
import { Card } from "../../ui/card";
import { FactList, type Fact } from "../../ui/fact-list";
import { HeldButton } from "../../ui/held";
import type { Question } from "./dialog";
import styles from "./snapshots.module.css";

interface DetailsProps {
  path: string;
  tree: SnapshotTree;
  ask: (question: Question) => void;
}

/** What is selected, and what can be done with it. */
export function Details({ path, tree, ask }: DetailsProps) {
  const { t } = useTranslation();
  const selected = useSnapshots((state) => state.selected);
  const holder = useHolder(path);
  const { compare } = useSnapshots.getState();
  const [first, second] = selected.map((place) => tree.nodes[place]);
  const snapshots = selected.flatMap((place) => {
    const { index, name } = tree.nodes[place] ?? { index: null, name: "" };
    return index === null ? [] : [{ index, name }];
  });
  const remove = () => ask({ kind: "delete", snapshots });

  if (first === undefined)
    return (
      <Card title={t("snapshots.nothing")} subtitle={t("snapshots.nothingText")}>
        {null}
      </Card>
    );
  if (second !== undefined)
    return (
      <Card title={t("snapshots.several", { count: selected.length })}>
        <Several tree={tree} />
        <div className={styles.actions}>
          <Button
            variant="default"
            disabled={selected.length !== 2}
            onClick={() => attempt(() => compareInOrder(compare, selected))}
          >
            {t("snapshots.compare")}
          </Button>
          {snapshots.length > 0 && (
            <HeldButton
              holder={holder}
              variant="default"
              className={styles.danger}
              onClick={remove}
            >
              {t("snapshots.deleteMany", { count: snapshots.length })}
            </HeldButton>
          )}
        </div>
      </Card>
    );
  const { index } = first;
  const title = index === null ? t("snapshots.now") : first.name;
  const subtitle =
    first.dateSeconds === undefined
      ? t("snapshots.nowLong")
      : t("snapshots.taken", { date: formatDate(first.dateSeconds) });
  return (
    <Card title={title} subtitle={subtitle}>
      <Facts node={first} tree={tree} />
      <div className={styles.actions}>
        {index === null ? (
          <HeldButton holder={holder} variant="default" onClick={() => ask({ kind: "take" })}>
            {t("snapshots.take")}
          </HeldButton>
        ) : (
          <>
            <Button
              variant="default"
              onClick={() =>
                attempt(() => useConvert.getState().begin([path], { snapshot: index }))
              }
            >
              {t("snapshots.saveAs")}
            </Button>
            <Button
              variant="default"
              onClick={() => attempt(() => compare(selected[0] ?? 0, tree.nodes.length - 1))}
            >
              {t("snapshots.compareNow")}
            </Button>
            <HeldButton
              holder={holder}
              variant="default"
              onClick={() => ask({ kind: "rename", index, name: first.name })}
            >
              {t("snapshots.rename")}
            </HeldButton>
            <HeldButton
              holder={holder}
              variant="default"
              onClick={() => ask({ kind: "goBack", index, name: first.name, lost: lostBy(tree) })}
            >
              {t("snapshots.goBack")}
            </HeldButton>
            <HeldButton
              holder={holder}
              variant="default"
              className={styles.danger}
              onClick={remove}
            >
              {t("snapshots.delete")}
            </HeldButton>
          </>
        )}
      </div>
    </Card>
  );
}

/** The older of two nodes first. */
async function compareInOrder(
  compare: (from: number, to: number) => Promise<void>,
  selected: readonly number[],
) {
  await compare(Math.min(...selected), Math.max(...selected));
}

/** What no snapshot keeps of the disk as it is now, in bytes. */
const lostBy = ({ nodes }: SnapshotTree): number => nodes.at(-1)?.exclusiveBytes ?? 0;

function Several({ tree }: { tree: SnapshotTree }) {
  const { t } = useTranslation();
  const selected = useSnapshots((state) => state.selected);
  const freed = useSnapshots((state) => state.freed);
  const names = selected.map((place) => tree.nodes[place]?.name || t("snapshots.now"));
  return (
    <FactList
      facts={[
        { name: t("snapshots.selected"), value: names.join(", ") },
        ...(freed === undefined
          ? []
          : [
              {
                name: t("snapshots.freed"),
                value: <Bytes value={freed} testId="freed" />,
              },
            ]),
      ]}
    />
  );
}

function Facts({ node, tree: { nodes } }: { node: SnapshotNode; tree: SnapshotTree }) {
  const { t } = useTranslation();
  const { exclusiveBytes, own, sharedWithParent, vmStateSize, diskSize, parent } = node;
  const facts: Fact[] = [
    {
      name: t(node.index === null ? "snapshots.diskSizeNow" : "snapshots.diskSize"),
      value: <Bytes value={diskSize} />,
    },
    { name: t("snapshots.holds"), value: <Bytes value={own + sharedWithParent} /> },
  ];
  if (exclusiveBytes !== undefined)
    facts.push({
      name: t(node.index === null ? "snapshots.aloneNow" : "snapshots.alone"),
      value: <Bytes value={exclusiveBytes} testId="exclusive" />,
    });
  if (parent !== null) {
    const name = nodes[parent]?.name ?? "";
    facts.push(
      { name: t("snapshots.parent"), value: name },
      { name: t("snapshots.shared"), value: <Bytes value={sharedWithParent} /> },
      {
        name: t("snapshots.evidence"),
        value:
          node.evidence === "libvirt"
            ? t("snapshots.byLibvirt")
            : t("snapshots.byClusters", { share: formatShare(node.confidence, 1) }),
      },
    );
  }
  if (node.index !== null)
    facts.push({
      name: t("snapshots.vmState"),
      value: vmStateSize > 0 ? <Bytes value={vmStateSize} /> : t("snapshots.noVmState"),
    });
  return <FactList facts={facts} />;
}
