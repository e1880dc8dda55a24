import { Button } from "@mantine/core";
import { Component, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { toFailure } from "./api/client";
import styles from "./error-boundary.module.css";

interface ErrorBoundaryState {
  readonly message: string | undefined;
}

/** Keeps the window usable when drawing it fails: says so and offers to load it again. */
export class ErrorBoundary extends Component<{ children: ReactNode }, ErrorBoundaryState> {
  override state: ErrorBoundaryState = { message: undefined };

  static getDerivedStateFromError(error: unknown): ErrorBoundaryState {
    return { message: toFailure(error).message };
  }

  override render(): ReactNode {
    const { message } = this.state;
    return message === undefined ? this.props.children : <Crash message={message} />;
  }
}

function Crash({ message }: { message: string }) {
  const { t } = useTranslation();
  return (
    <div className={styles.crash} role="alert">
      <h1>{t("app.crash.title")}</h1>
      <p>{t("app.crash.text")}</p>
      <code>{message}</code>
      <Button onClick={() => window.location.reload()}>{t("app.crash.reload")}</Button>
    </div>
  );
}
