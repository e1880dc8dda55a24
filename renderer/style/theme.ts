import {
  Button,
  createTheme,
  Modal,
  SegmentedControl,
  type CSSVariablesResolver,
  type MantineColorSchemeManager,
  type MantineColorsTuple,
} from "@mantine/core";

const accent: MantineColorsTuple = [
  "#e6edff",
  "#cddaff",
  "#a9c0ff",
  "#96b3ff",
  "#7ea2ff",
  "#5580ef",
  "#2f5fe0",
  "#2650c4",
  "#1f43a6",
  "#183583",
];

/** Mantine's greys of the dark theme, in the tone of tokens.css. */
const dark: MantineColorsTuple = [
  "#e8ebf0",
  "#b8c0cc",
  "#98a2b1",
  "#7d8898",
  "#3b4452",
  "#2c333e",
  "#20252d",
  "#1b1f26",
  "#171a20",
  "#14171c",
];

/** Mantine with Lamina's typeface, sizes and accent; colours come from tokens.css. */
export const theme = createTheme({
  primaryColor: "accent",
  colors: { accent, dark },
  primaryShade: { light: 6, dark: 4 },
  fontFamily: '"Inter Variable", system-ui, sans-serif',
  fontFamilyMonospace: "var(--mono)",
  fontSizes: { xs: "12px", sm: "13px", md: "14px", lg: "16px", xl: "20px" },
  defaultRadius: 8,
  respectReducedMotion: true,
  cursorType: "default",
  components: {
    Tooltip: { defaultProps: { openDelay: 250, withArrow: true, arrowSize: 6, radius: 6 } },
    Button: Button.extend({
      defaultProps: { size: "sm" },
      classNames: { root: "button" },
      vars: (_theme, { size, variant }) => ({
        root: {
          ...(size === "sm" && { "--button-height": "33px", "--button-padding-x": "13px" }),
          ...(variant === undefined && { "--button-color": "var(--on-accent)" }),
        },
      }),
    }),
    // The first item takes the focus; the menu stays in its landmark.
    Menu: { defaultProps: { withInitialFocusPlaceholder: false, withinPortal: false } },
    InputWrapper: { classNames: { label: "field-label" } },
    SegmentedControl: SegmentedControl.extend({
      classNames: { root: "segments", indicator: "segment" },
    }),
    Modal: Modal.extend({
      defaultProps: { centered: true, radius: 14 },
      classNames: { title: "dialog-title" },
    }),
    // Its element would make a second banner of the page out of every dialog's title.
    ModalHeader: { defaultProps: { role: "presentation" } },
  },
});

const tokens = {
  "--mantine-color-body": "var(--panel)",
  "--mantine-color-text": "var(--ink)",
  "--mantine-color-dimmed": "var(--dim)",
  "--mantine-color-default": "var(--panel)",
  "--mantine-color-default-hover": "var(--hover)",
  "--mantine-color-default-color": "var(--ink)",
  "--mantine-color-default-border": "var(--line-strong)",
  "--mantine-color-placeholder": "var(--dim)",
  "--mantine-color-error": "var(--bad)",
  "--mantine-primary-color-filled": "var(--accent)",
  "--mantine-primary-color-filled-hover": "var(--accent-hover)",
  "--mantine-primary-color-contrast": "var(--on-accent)",
  "--mantine-color-accent-light": "var(--accent-soft)",
  "--mantine-color-accent-light-hover": "var(--accent-soft-hover)",
  "--mantine-color-accent-light-color": "var(--accent)",
  "--mantine-color-accent-filled": "var(--accent)",
  "--mantine-color-accent-filled-hover": "var(--accent-hover)",
};

/** Hands our tokens to Mantine's own components. */
export const cssVariablesResolver: CSSVariablesResolver = () => ({
  variables: {},
  light: tokens,
  dark: tokens,
});

/** The settings say which scheme it is: Mantine's own manager would wait for the page's storage. */
export const settingsDecide: MantineColorSchemeManager = {
  get: (scheme) => scheme,
  set: () => {},
  subscribe: () => {},
  unsubscribe: () => {},
  clear: () => {},
};
