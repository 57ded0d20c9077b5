import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';

/** The blue-green of the icon, from lightest to darkest. */
const branch: MantineColorsTuple = [
  '#e6f7f5',
  '#d3ebe8',
  '#a8d7d1',
  '#7ac2b9',
  '#54b0a5',
  '#3ca598',
  '#2c9f92',
  '#178073',
  '#0d6f64',
  '#005c52',
];

/** Greys with a breath of the same blue, so that no surface of the dark scheme looks brown on the page's ground. */
const dark: MantineColorsTuple = [
  '#d3d8de',
  '#b9c0c8',
  '#a3adb8',
  '#7c8792',
  '#4a535d',
  '#39414a',
  '#262c33',
  '#1d2126',
  '#16191d',
  '#0f1215',
];

/** Those that Mantine makes of the theme's own colours; theme.css, which comes before them, cannot change these. */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {},
  dark: {
    // What is clicked without having a frame: in white it would look like bold text.
    '--mantine-color-branch-light-color': 'var(--mantine-color-branch-3)',
  },
});

export const theme = createTheme({
  colors: { branch, dark },
  primaryColor: 'branch',
  // Dark enough for white text on it, and light enough for the dark ground: 4.5 to 1 on both.
  primaryShade: { light: 8, dark: 7 },
  fontFamily: 'system-ui, "Segoe UI", "DejaVu Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "Cascadia Mono", "DejaVu Sans Mono", monospace',
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Tooltip: {
      defaultProps: {
        withArrow: true,
        events: { hover: true, focus: true, touch: true },
        // In the page's main part, whose landmark screen readers jump to, not behind all of it.
        portalProps: { target: '#main' },
      },
    },
    Menu: {
      // In its landmark, and without an element that is no item, which the role of a menu forbids.
      defaultProps: { withinPortal: false, withInitialFocusPlaceholder: false, shadow: 'md' },
    },
    // Theirs are no banners of the page, of which there may be one.
    ModalHeader: { defaultProps: { role: 'presentation' } },
    DrawerHeader: { defaultProps: { role: 'presentation' } },
    Modal: { defaultProps: { centered: true } },
  },
});
