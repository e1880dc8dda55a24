import { Button } from "@mantine/core";
import { useReducedMotion } from "@mantine/hooks";
import { Pause, Play } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import styles from "./copy-on-write.module.css";
import { CowPicture, cowSteps } from "./cow-picture";

/** Milliseconds that a step can be looked at, and its sentence read, before the next. */
const STEP_MS = 3600;
const last = cowSteps.length - 1;

/** One write to one cluster of an overlay, step by step; as still pictures for those who want no motion. */
export function CopyOnWrite() {
  const { t } = useTranslation();
  const still = useReducedMotion(undefined, { getInitialValueInEffect: false });
  return (
    <>
      {still ? <Stills /> : <Animation />}
      <p>{t("learn.copyOnWrite.snapshot")}</p>
    </>
  );
}

function Stills() {
  const { t } = useTranslation();
  return (
    <ol className={styles.stills}>
      {cowSteps.map((name, step) => (
        <li key={name}>
          <CowPicture step={step} />
          <p>{t(`learn.copyOnWrite.steps.${name}`)}</p>
        </li>
      ))}
    </ol>
  );
}

function Animation() {
  const { t } = useTranslation();
  const [step, setStep] = useState(0);
  const [playing, setPlaying] = useState(false);
  useEffect(() => {
    if (!playing) return undefined;
    const timer = setTimeout(() => {
      if (step + 1 >= last) setPlaying(false);
      setStep(Math.min(last, step + 1));
    }, STEP_MS);
    return () => clearTimeout(timer);
  }, [playing, step]);

  const play = () => {
    // From the end it begins anew.
    if (!playing && step === last) setStep(0);
    setPlaying(!playing);
  };
  const name = cowSteps[step] ?? "before";
  const Icon = playing ? Pause : Play;
  return (
    <div>
      <CowPicture step={step} />
      <p className={styles.sentence} aria-live="polite" data-testid="cow-step">
        {t(`learn.copyOnWrite.steps.${name}`)}
      </p>
      <div className={styles.controls}>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<Icon size={12} aria-hidden />}
          onClick={play}
          data-autofocus
        >
          {t(playing ? "learn.copyOnWrite.pause" : "learn.copyOnWrite.play")}
        </Button>
        <input
          className={styles.slider}
          type="range"
          min={0}
          max={last}
          value={step}
          aria-label={t("learn.copyOnWrite.slider")}
          aria-valuetext={t("learn.copyOnWrite.step", { step: step + 1, count: cowSteps.length })}
          onChange={({ currentTarget }) => {
            setPlaying(false);
            setStep(Number(currentTarget.value));
          }}
        />
        <span className={styles.count}>
          {t("learn.copyOnWrite.step", { step: step + 1, count: cowSteps.length })}
        </span>
      </div>
    </div>
  );
}
