import { Handle, Position, type Node, type NodeProps } from "@xyflow/react";
import { useTranslation } from "react-i18next";
import type { SnapshotNode } from "../../../shared/model/snapshot-tree";
import { formatDate, formatSize } from "../../text/format";
import { colourOf } from "../../ui/tones";
import styles from "./snapshots.module.css";

/** A node of the drawn tree. */
export type TreeNode = Node<{ node: SnapshotNode; active: boolean }, "box">;

/** One snapshot: what it is called, when it was taken, what it holds, and what of that is its own. */
export function NodeBox({ data: { node, active }, selected }: NodeProps<TreeNode>) {
  const { t } = useTranslation();
  const holds = node.own + node.sharedWithParent;
  // A deletion that makes the tables longer than what it frees gives nothing back.
  const alone = Math.max(0, node.exclusiveBytes ?? 0);
  return (
    <div
      className={styles.node}
      data-selected={selected || undefined}
      data-active={active || undefined}
      data-now={node.index === null || undefined}
      data-testid="snapshot-node"
      data-name={node.name}
      data-exclusive={node.exclusiveBytes}
    >
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <strong title={node.name}>
        {node.index === null ? t("snapshots.now") : shortened(node.name)}
      </strong>
      <span>
        {node.dateSeconds === undefined ? t("snapshots.nowText") : formatDate(node.dateSeconds)}
      </span>
      <span className={styles.sizes}>
        <span>{formatSize(holds)}</span>
        {node.exclusiveBytes !== undefined && (
          <span>{t("snapshots.aloneShort", { size: formatSize(alone) })}</span>
        )}
      </span>
      <span className={styles.share}>
        <span
          style={{
            width: `${holds > 0 ? Math.min(100, Math.max(0, (100 * alone) / holds)) : 0}%`,
            background: colourOf("exclusive"),
          }}
        />
      </span>
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </div>
  );
}

/** Characters that a node has room for. */
const roomFor = 22;

/** Names of a series differ at their end: what is too long loses its middle. */
function shortened(name: string): string {
  const characters = [...name];
  if (characters.length <= roomFor) return name;
  return `${characters.slice(0, 11).join("").trimEnd()}…${characters.slice(-9).join("")}`;
}
