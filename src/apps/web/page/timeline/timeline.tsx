/** What the clock did over time: offset with its bound, delay, frequency, one time axis, and everything that happened. */
import { computed } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import { type Event, MARKED } from '#report/words/event.ts'
import { go, place } from '../go.ts'
import { onRecord, onReset, status } from '../live.ts'
import { EventItem } from '../now/recent.tsx'
import { RANGES, type Range, type Span } from '../place.ts'
import { addKeys } from '../shell/keys.ts'
import { Chart } from './chart.tsx'
import { type CursorAt, clearOutside, cursorAt } from './gestures.ts'
import { append, failure, findOldest, load, loaded } from './load.ts'
import { type Plot, plotsOf } from './plots.ts'
import { Readout } from './readout.tsx'
import { LineToggles, Toolbar } from './toolbar.tsx'
import { follow, isLive, oldest, panBy, shown, zoomBy, zoomTo } from './window.ts'

/** While a finger drags, the question is not worth asking yet. */
const SETTLE_MS = 150
/** Live records keep the plots complete; a fresh answer from time to time keeps them light. */
const REFRESH_MS = 60_000

export function Timeline(): JSX.Element {
  useData()
  useEffect(
    () =>
      addKeys({
        f: follow,
        '+': () => zoomBy(0.5),
        '=': () => zoomBy(0.5),
        '-': () => zoomBy(2),
        ArrowLeft: () => panBy(-0.25),
        ArrowRight: () => panBy(0.25),
        ...Object.fromEntries(
          (Object.keys(RANGES) as Range[]).map((range, i) => [
            String(i + 1),
            () => go({ range, window: undefined }),
          ]),
        ),
      }),
    [],
  )
  useEffect(clearOutside, [])
  const window = shown.value
  return (
    <>
      <h1 class="unseen">Timeline</h1>
      {window ? <Toolbar window={window} /> : null}
      <LineToggles />
      {failure.value ? (
        <p class="failure" role="alert">
          The agent did not answer the question: {failure.value}
        </p>
      ) : null}
      {window && loaded.value ? <Charts window={window} /> : <p class="waiting">Asking for the history …</p>}
    </>
  )
}

/** What the looks of the lines depend on. */
const standing = computed(() =>
  status.value?.clock.sources.map(({ name, state }) => `${name} ${state}`).join('\n'),
)

/** Asks when the window, the sources or the agent are others, and once a minute; adds live records in between. */
function useData(): void {
  const { range, window } = place.value
  const names = [...new Set(status.value!.clock.sources.map(({ name }) => name))]
  const wanted = `${range} ${window?.from} ${window?.to} ${names.join('\n')} ${range === 'all' ? oldest.value : ''}`
  const ask = useRef(() => {})
  ask.current = () => {
    const span = shown.peek()
    if (place.peek().range === 'all' && oldest.peek() === undefined) void findOldest().catch(() => undefined)
    else if (span) void load(widened(span, isLive.peek()), names)
  }
  const first = useRef(true)
  useEffect(() => {
    const timer = setTimeout(() => ask.current(), first.current ? 0 : SETTLE_MS)
    first.current = false
    return () => clearTimeout(timer)
  }, [wanted])
  useEffect(() => {
    const timer = setInterval(() => isLive.peek() && ask.current(), REFRESH_MS)
    const ends = [onRecord(append), onReset(() => ask.current())]
    return () => {
      clearInterval(timer)
      for (const end of ends) end()
    }
  }, [])
}

/** A quarter more on both sides, so that a window can be moved a little without waiting. */
function widened({ from, to }: Span, live: boolean): Span {
  const more = live ? 0 : (to - from) / 4
  return { from: from - more, to: to + more }
}

function Charts({ window }: { window: Span }): JSX.Element {
  const { scale, hide } = place.value
  const now = standing.value
  const live = isLive.value
  const data = loaded.value!
  // A live window moves on by a pixel at a time; only then, not with every status, is there something new to draw.
  const plots = useMemo(
    () => plotsOf({ loaded: data, status: status.peek()!, window, live, scale, hide }),
    [data, now, window, live, scale, hide],
  )
  const marked = useMemo(() => data.events.filter(({ kind }) => MARKED.includes(kind)), [data])
  const listed = data.events.filter(({ at }) => at >= window.from && at <= window.to)
  const at = cursorAt.value
  return (
    <>
      <div class="charts">
        {plots.map(plot => (
          <figure key={plot.name} class={`plot ${plot.name}`}>
            <figcaption>
              <h2>{plot.title}</h2>
              <Outside plot={plot} />
            </figcaption>
            <div class="canvas">
              <Chart plot={plot} window={window} events={marked} />
              {plot.lines.every(line => line.track.x.length === 0) ? (
                <p class="empty">Nothing was measured in this time.</p>
              ) : null}
              {at?.plot === plot.name ? (
                <Beside at={at}>
                  <Readout at={at} plots={plots} window={window} events={marked} />
                </Beside>
              ) : null}
            </div>
          </figure>
        ))}
      </div>
      <Happened events={listed} truncated={data.truncated} window={window} />
    </>
  )
}

function Outside({ plot }: { plot: Plot }): JSX.Element | null {
  return plot.outside ? <p class="outside">Beyond the edge: {plot.outside}</p> : null
}

/** At the side of the cursor where there is room. */
function Beside({ at, children }: { at: CursorAt; children: JSX.Element }): JSX.Element {
  const { left, top, width } = at
  const side = left < width / 2 ? { '--left': `${left + 18}px` } : { '--right': `${width - left + 18}px` }
  return (
    <div class="beside" style={{ ...side, '--top': `${top}px` }}>
      {children}
    </div>
  )
}

function Happened(props: { events: readonly Event[]; truncated: boolean; window: Span }): JSX.Element {
  const { events, truncated, window } = props
  const half = (window.to - window.from) / 2
  return (
    <section class="happened" aria-labelledby="happened">
      <h2 id="happened">What happened in this time</h2>
      {events.length === 0 ? <p class="aside">Nothing but measurements.</p> : null}
      {truncated ? (
        <p class="aside">There is more; only the newest are listed. A shorter time shows all.</p>
      ) : null}
      <ol class="events">
        {[...events].reverse().map(event => (
          <EventItem
            key={`${event.at} ${event.text}`}
            event={event}
            onShow={() => {
              zoomTo({ from: event.at - half, to: event.at + half })
              document.querySelector('.charts')?.scrollIntoView({ block: 'start' })
            }}
          />
        ))}
      </ol>
    </section>
  )
}
