import { ActionIcon, Tooltip } from "@mantine/core";
import { Maximize, ZoomIn, ZoomOut } from "lucide-react";
import type { ReactNode } from "react";

interface ZoomButtonsProps {
  /** The names of the buttons, with their keys. */
  labels: { readonly out: string; readonly in: string; readonly whole: string };
  canZoomIn: boolean;
  canZoomOut: boolean;
  /** Whether the whole is not shown already. */
  canShowWhole: boolean;
  /** Zooms by so many levels; 0 shows the whole. */
  zoom: (levels: number) => void;
}

/** How near a picture is looked at. */
export function ZoomButtons(props: ZoomButtonsProps) {
  const { labels, canZoomIn, canZoomOut, canShowWhole, zoom } = props;
  return (
    <ActionIcon.Group>
      <ZoomButton label={labels.out} disabled={!canZoomOut} act={() => zoom(-1)}>
        <ZoomOut size={15} aria-hidden />
      </ZoomButton>
      <ZoomButton label={labels.in} disabled={!canZoomIn} act={() => zoom(1)}>
        <ZoomIn size={15} aria-hidden />
      </ZoomButton>
      <ZoomButton label={labels.whole} disabled={!canShowWhole} act={() => zoom(0)}>
        <Maximize size={14} aria-hidden />
      </ZoomButton>
    </ActionIcon.Group>
  );
}

interface ZoomButtonProps {
  label: string;
  disabled: boolean;
  act: () => void;
  children: ReactNode;
}

function ZoomButton({ label, disabled, act, children }: ZoomButtonProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="default"
        size={30}
        aria-label={label}
        // A button that goes away under the fingers takes the focus with it.
        aria-disabled={disabled || undefined}
        data-disabled={disabled || undefined}
        onClick={() => {
          if (!disabled) act();
        }}
      >
        {children}
      </ActionIcon>
    </Tooltip>
  );
}
