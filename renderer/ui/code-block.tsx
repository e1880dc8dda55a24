import styles from "./code-block.module.css";
import { CopyButton, type CopyButtonProps } from "./copy-button";

interface CodeBlockProps extends CopyButtonProps {
  testId?: string;
}

/** Text for another program, with its name and a button that copies it. */
export function CodeBlock({ label, text, copy, testId }: CodeBlockProps) {
  return (
    <div className={styles.block}>
      <div className={styles.head}>
        <span className={styles.label}>{label}</span>
        <CopyButton text={text} label={label} copy={copy} />
      </div>
      <pre className={styles.text} data-testid={testId}>
        {text}
      </pre>
    </div>
  );
}
