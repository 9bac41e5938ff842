/** A slider beside its exact value: drag it, use the arrow keys, or write what it should be. */
import type { JSX } from 'preact'
import { Written } from './written.tsx'

export interface SliderProps {
  readonly label: string
  readonly position: number
  readonly positions: readonly [least: number, most: number]
  readonly text: string
  /** Another value than the one that is there by itself. */
  readonly turned: boolean
  readonly onSlide: (position: number) => void
  /** False when what was written is no value. */
  readonly onWrite?: (written: string) => boolean
  /** What may be written, in words. */
  readonly wanted?: string
  readonly onReset: () => void
}

export function Slider(props: SliderProps): JSX.Element {
  const { label, position, positions, text, turned, onSlide, onWrite, wanted, onReset } = props
  return (
    <div class="slider" data-turned={turned}>
      <label>
        <span>{label}</span>
        <input
          type="range"
          min={positions[0]}
          max={positions[1]}
          value={position}
          aria-valuetext={text}
          onInput={event => onSlide(Number(event.currentTarget.value))}
        />
      </label>
      {onWrite ? (
        <Written
          exactly
          label={`${label}, exactly`}
          text={text}
          onWrite={onWrite}
          {...(wanted === undefined ? {} : { wanted })}
        />
      ) : (
        <output class="exactly">{text}</output>
      )}
      <button
        type="button"
        class="reset"
        disabled={!turned}
        aria-label={`${label}: as it was`}
        title="As it was"
        onClick={onReset}
      >
        ↺
      </button>
    </div>
  )
}
