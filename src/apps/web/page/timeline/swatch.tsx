/** A piece of a line, as it looks in the plots. */
import type { JSX } from 'preact'

export const Swatch = ({
  line,
}: {
  line: { colour: string; width: number; dash: readonly number[] | undefined }
}): JSX.Element => (
  <svg class="swatch" viewBox="0 0 22 8" width="22" height="8" aria-hidden="true">
    <path
      d="M0 4H22"
      style={{ stroke: `var(${line.colour})` }}
      stroke-width={line.width + 0.75}
      stroke-dasharray={line.dash?.join(' ')}
    />
  </svg>
)
