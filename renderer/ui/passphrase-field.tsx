import { Button, PasswordInput } from "@mantine/core";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import styles from "./passphrase-field.module.css";

interface PassphraseFieldProps {
  /** Tries it; resolves when that is done, whatever came of it. */
  unlock: (passphrase: string) => Promise<void>;
}

/** Asks for the passphrase of an encrypted image. It stays in this field until it is handed over. */
export function PassphraseField({ unlock }: PassphraseFieldProps) {
  const { t } = useTranslation();
  const message = useId();
  const [passphrase, setPassphrase] = useState("");
  const [trying, setTrying] = useState(false);
  const [wrong, setWrong] = useState(false);
  const hand = async () => {
    if (passphrase === "" || trying) return;
    setTrying(true);
    await unlock(passphrase);
    // Where it fits, this field is gone with the next picture.
    setWrong(true);
    setTrying(false);
    setPassphrase("");
  };
  const refused = wrong && passphrase === "";
  return (
    <div>
      <div className={styles.unlock}>
        <PasswordInput
          className={styles.field}
          label={t("passphrase.label")}
          description={t("passphrase.hint")}
          error={refused}
          aria-describedby={refused ? message : undefined}
          value={passphrase}
          autoComplete="off"
          visibilityToggleButtonProps={{ "aria-label": t("passphrase.show") }}
          onChange={({ currentTarget }) => setPassphrase(currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter") return;
            // It may stand in the form of a dialog.
            event.preventDefault();
            void hand();
          }}
        />
        <Button
          variant="default"
          h={36}
          disabled={passphrase === ""}
          loading={trying}
          onClick={() => void hand()}
        >
          {t("passphrase.unlock")}
        </Button>
      </div>
      <p className={styles.wrong} id={message} role="alert">
        {refused && t("passphrase.wrong")}
      </p>
    </div>
  );
}
