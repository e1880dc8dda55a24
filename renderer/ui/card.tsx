import { useId, type ReactNode } from "react";
import styles from "./card.module.css";

interface CardProps {
  title: string;
  subtitle?: string;
  /** Stands below the subtitle: what explains the card. */
  aside?: ReactNode;
  children: ReactNode;
}

/** A panel with a heading, by which it is named. */
export function Card({ title, subtitle, aside, children }: CardProps) {
  const heading = useId();
  return (
    <section className={styles.card} aria-labelledby={heading}>
      <h2 className={styles.title} id={heading}>
        {title}
      </h2>
      {subtitle !== undefined && <p className={styles.subtitle}>{subtitle}</p>}
      {aside !== undefined && <div className={styles.aside}>{aside}</div>}
      {children}
    </section>
  );
}
