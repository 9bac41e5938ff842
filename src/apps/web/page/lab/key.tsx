/** A piece of a player's line, as it looks in the picture. */
import type { JSX } from 'preact'
import { dashOf, SERIES } from '#report/chart/theme.ts'

export const Key = ({ lane }: { lane: number }): JSX.Element => (
  <svg class="swatch" viewBox="0 0 26 8" width="26" height="8" aria-hidden="true">
    <path
      d="M0 4H26"
      style={{ stroke: `var(--s${(lane % SERIES) + 1})` }}
      stroke-width="2.5"
      stroke-dasharray={dashOf(lane)}
    />
  </svg>
)
