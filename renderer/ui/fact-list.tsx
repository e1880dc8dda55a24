import type { ReactNode } from "react";
import styles from "./fact-list.module.css";

/** One line of a list of facts. */
export interface Fact {
  readonly name: string;
  readonly value: ReactNode;
  readonly testId?: string;
  /** Offsets, names as written: set in the fixed-width face. */
  readonly mono?: boolean;
}

/** Facts as names and values, side by side. */
export function FactList({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl className={styles.facts}>
      {facts.map(({ name, value, testId, mono }, nth) => (
        // An image may tell one thing several times, such as the disks of an archive.
        // oxlint-disable-next-line react/no-array-index-key
        <div className={styles.fact} key={`${name} ${nth}`}>
          <dt data-words={/^[a-z]+( |$)/.test(name) || undefined}>{name}</dt>
          <dd data-testid={testId} data-mono={mono}>
            {value}
          </dd>
        </div>
      ))}
    </dl>
  );
}
