/** Small shapes for states and events. Each has its own form; the colour only repeats it. */
import type { JSX } from 'preact'
import type { RecordKind, SourceBody } from '#report/bodies.ts'
import { type Shape, STATES } from '#report/words/states.ts'

const SHAPES: Record<Shape, JSX.Element> = {
  full: <circle cx="8" cy="8" r="5" fill="currentColor" />,
  diamond: <path d="M8 1.5 14.5 8 8 14.5 1.5 8Z" fill="currentColor" />,
  half: (
    <>
      <circle cx="8" cy="8" r="5" fill="none" stroke="currentColor" stroke-width="1.8" />
      <path d="M8 3a5 5 0 0 0 0 10Z" fill="currentColor" />
    </>
  ),
  cross: <path d="m3.5 3.5 9 9m0-9-9 9" stroke="currentColor" stroke-width="2.4" stroke-linecap="round" />,
  ring: (
    <circle
      cx="8"
      cy="8"
      r="5"
      fill="none"
      stroke="currentColor"
      stroke-width="1.8"
      stroke-dasharray="3 2.2"
    />
  ),
  dash: <path d="M3 8h10" stroke="currentColor" stroke-width="2.6" stroke-linecap="round" />,
  dots: (
    <>
      <circle cx="3" cy="8" r="1.6" fill="currentColor" />
      <circle cx="8" cy="8" r="1.6" fill="currentColor" />
      <circle cx="13" cy="8" r="1.6" fill="currentColor" />
    </>
  ),
  square: <rect x="3.5" y="3.5" width="9" height="9" fill="currentColor" />,
}

export function StateMark({ state }: { state: SourceBody['state'] }): JSX.Element {
  const { shape, tone } = STATES[state]
  return <Drawn shape={SHAPES[shape]} tone={tone} />
}

/** The same shapes are drawn at the head of the lines in the plots (timeline/paint.ts). */
const EVENT_SHAPES: Record<RecordKind, JSX.Element> = {
  step: <path d="M8 2 14 13H2Z" fill="currentColor" />,
  disruption: SHAPES.square,
  recovered: SHAPES.dash,
  notice: <circle cx="8" cy="8" r="4.5" fill="currentColor" />,
  started: <circle cx="8" cy="8" r="4.5" fill="none" stroke="currentColor" stroke-width="2" />,
  source: SHAPES.dash,
  sample: SHAPES.dash,
  estimate: SHAPES.dash,
}
const EVENT_TONES: Partial<Record<RecordKind, string>> = { step: 'care', disruption: 'bad', notice: 'accent' }

export const EventMark = ({ kind }: { kind: RecordKind }): JSX.Element => (
  <Drawn shape={EVENT_SHAPES[kind]} tone={EVENT_TONES[kind] ?? 'quiet'} />
)

const Drawn = ({ shape, tone }: { shape: JSX.Element; tone: string }): JSX.Element => (
  <svg class={`mark ${tone}`} viewBox="0 0 16 16" width="13" height="13" aria-hidden="true">
    {shape}
  </svg>
)
