import styles from "./mark.module.css";

/** Lamina's sign: three layers. */
export function Mark() {
  return (
    <svg className={styles.mark} width="18" height="13" viewBox="0 0 18 13" aria-hidden="true">
      <rect width="16" height="3" rx="1.5" />
      <rect className={styles.middle} y="5" width="12" height="3" rx="1.5" />
      <rect className={styles.bottom} y="10" width="18" height="3" rx="1.5" />
    </svg>
  );
}
