/** Changes whenever the colours do. */
import { signal } from '@preact/signals'

const dark = matchMedia('(prefers-color-scheme: dark)')

export const scheme = signal(dark.matches ? 'dark' : 'light')
dark.addEventListener('change', () => {
  scheme.value = dark.matches ? 'dark' : 'light'
})
