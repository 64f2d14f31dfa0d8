'use client'
import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core'

const cobalt: MantineColorsTuple = [
  '#eef3fd',
  '#dbe5fa',
  '#b4c8f4',
  '#8fb3ff',
  '#668fe9',
  '#4f7ee6',
  '#3768d6',
  '#2a56bb',
  '#1c3f99',
  '#12306f',
]

/** The kit's stock dark tuple is brownish beside our blue-grey page. */
const dark: MantineColorsTuple = [
  '#eef1f5',
  '#c3cbd4',
  '#9aa5b1',
  '#6b7682',
  '#3a434e',
  '#2b333d',
  '#20262e',
  '#15191f',
  '#101419',
  '#0d1014',
]

/** The `header` element of a dialog would be a second banner of the page. */
const plainHeader = { header: { role: 'presentation' } }

export const theme = createTheme({
  primaryColor: 'cobalt',
  primaryShade: { light: 8, dark: 6 },
  colors: { cobalt, dark },
  fontFamily: 'var(--font-geist), system-ui, sans-serif',
  fontFamilyMonospace: 'var(--font-geist-mono), ui-monospace, monospace',
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.25rem' },
  headings: {
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '1.5rem', lineHeight: '1.875rem' },
      h2: { fontSize: '1.0625rem', lineHeight: '1.4375rem' },
      h3: { fontSize: '0.9375rem', lineHeight: '1.3125rem' },
    },
  },
  defaultRadius: 'md',
  radius: { sm: '4px', md: '6px', lg: '10px' },
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Anchor: { defaultProps: { c: 'var(--wb-accent)' } },
    Modal: { defaultProps: { closeButtonProps: { 'aria-label': 'Close' }, attributes: plainHeader } },
    Drawer: { defaultProps: { closeButtonProps: { 'aria-label': 'Close' }, attributes: plainHeader } },
    Notification: { defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } },
    Tooltip: { defaultProps: { withArrow: true, openDelay: 250, events: { hover: true, focus: true, touch: false } } },
  },
})

const shared = {
  '--mantine-color-body': 'var(--wb-surface)',
  '--mantine-color-text': 'var(--wb-ink)',
  '--mantine-color-dimmed': 'var(--wb-mute)',
  '--mantine-color-default-border': 'var(--wb-line)',
  '--mantine-color-placeholder': 'var(--wb-mute)',
  '--mantine-color-anchor': 'var(--wb-accent)',
  '--mantine-color-error': 'var(--wb-fail-text)',
}

/** Mantine's own variables follow our tokens, so that both kits wear one palette. */
export const vars: CSSVariablesResolver = () => ({ variables: {}, light: shared, dark: shared })
