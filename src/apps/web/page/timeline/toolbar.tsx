/** How long, how high, which lines; and where the window stands. */
import type { JSX } from 'preact'
import { span } from '#report/words/say.ts'
import { go, place, toggled } from '../go.ts'
import { status } from '../live.ts'
import { RANGES, type Range, SCALES, type Scale, type Span } from '../place.ts'
import { utc, utcNear } from '../words/time.ts'
import { COMBINED, lookOf } from './plots.ts'
import { Swatch } from './swatch.tsx'
import { follow, isLive, panBy, zoomBy } from './window.ts'

const RANGE_WORDS: Record<Range, string> = {
  '10m': '10 min',
  '1h': '1 h',
  '6h': '6 h',
  '24h': '24 h',
  '7d': '7 d',
  all: 'all',
}
const SCALE_WORDS: Record<Scale, string> = {
  auto: 'auto',
  '100us': '± 100 µs',
  '1ms': '± 1 ms',
  '10ms': '± 10 ms',
  '100ms': '± 100 ms',
}

export function Toolbar({ window }: { window: Span }): JSX.Element {
  const { range, scale } = place.value
  return (
    <div class="toolbar">
      <fieldset class="segments">
        <legend>Time</legend>
        {(Object.keys(RANGES) as Range[]).map((each, i) => (
          <button
            key={each}
            type="button"
            aria-pressed={isLive.value && each === range}
            title={`The newest ${RANGE_WORDS[each]}, live (key ${i + 1})`}
            onClick={() => go({ range: each, window: undefined })}
          >
            {RANGE_WORDS[each]}
          </button>
        ))}
      </fieldset>
      <fieldset class="segments">
        <legend>Offset scale</legend>
        {(Object.keys(SCALES) as Scale[]).map(each => (
          <button
            key={each}
            type="button"
            aria-pressed={each === scale}
            title={
              each === 'auto'
                ? 'As high as the readings'
                : `A fixed height, with ${SCALE_WORDS[each]} marked as tolerable`
            }
            onClick={() => go({ scale: each }, 'replace')}
          >
            {SCALE_WORDS[each]}
          </button>
        ))}
      </fieldset>
      <fieldset class="segments moves">
        <legend>Move the window</legend>
        <button type="button" aria-label="Earlier" title="Earlier (←)" onClick={() => panBy(-0.25)}>
          ‹
        </button>
        <button type="button" aria-label="Zoom out" title="Zoom out (−)" onClick={() => zoomBy(2)}>
          −
        </button>
        <button
          type="button"
          aria-label="Zoom in"
          title="Zoom in (+), or drag over a plot"
          onClick={() => zoomBy(0.5)}
        >
          +
        </button>
        <button type="button" aria-label="Later" title="Later (→)" onClick={() => panBy(0.25)}>
          ›
        </button>
        <button
          type="button"
          aria-pressed={isLive.value}
          title="Follow live (f), or double-click a plot"
          onClick={follow}
        >
          Live
        </button>
      </fieldset>
      <p class="shown">
        {isLive.value
          ? range === 'all'
            ? 'Everything that is kept'
            : `The newest ${RANGE_WORDS[range]}`
          : `${utc(window.from)} to ${utcNear(window.to, window.from)} UTC, ${span(window.to - window.from)}`}
      </p>
    </div>
  )
}

export function LineToggles(): JSX.Element {
  const { hide } = place.value
  const sources = status.value?.clock.sources ?? []
  const names = [...new Set(sources.map(({ name }) => name))]
  const lines = [
    { label: COMBINED, colour: '--accent', width: 2, dash: undefined },
    ...names.map(name => lookOf(name, sources)),
  ]
  return (
    <fieldset class="toggles">
      <legend>Lines that are drawn</legend>
      {lines.map(line => (
        <button
          key={line.label}
          type="button"
          aria-pressed={!hide.includes(line.label)}
          title={line.dash ? 'Not believed at present' : 'Show or hide'}
          onClick={() => go({ hide: toggled(hide, line.label) }, 'replace')}
        >
          <Swatch line={line} />
          {line.label}
        </button>
      ))}
    </fieldset>
  )
}
