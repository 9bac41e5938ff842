/** The last hour at a glance; the timeline has it in full. */
import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { duration } from '#core/time/format.ts'
import type { SeriesBody, StatusBody } from '#report/bodies.ts'
import { unixSeconds } from '#report/bodies.ts'
import { askSeries } from '../ask.ts'
import { place } from '../go.ts'
import { onRecord, onReset, status, wallNow } from '../live.ts'
import { formatPlace } from '../place.ts'
import { bandOf, boundOf } from '../timeline/band.ts'
import { askBreaks } from '../timeline/breaks.ts'
import { pushed, runsOf, type Track, trackOf } from '../timeline/pieces.ts'
import { autoRange } from '../timeline/ranges.ts'

const HOUR = 3600
const [WIDTH, HEIGHT] = [600, 100]

interface Hour {
  readonly from: number
  readonly offset: Track
  readonly bound: Track
  readonly growth: Track
  readonly breaks: readonly number[]
}

export function Spark(): JSX.Element {
  const [hour, setHour] = useState<Hour>()
  useEffect(() => {
    let ended = false
    const load = async () => {
      const to = wallNow.value
      if (to === undefined) return
      const window = { from: to - HOUR, to }
      const series = async (of: SeriesBody['of']) => trackOf(await askSeries({ of, window, buckets: 150 }))
      const [offset, bound, growth, breaks] = await Promise.all([
        series('estimate.offset'),
        series('estimate.errorBound'),
        series('estimate.frequencyErrorBound'),
        askBreaks(window),
      ])
      if (!ended) setHour({ from: window.from, offset, bound, growth, breaks })
    }
    const again = () => void load().catch(() => undefined)
    again()
    const timer = setInterval(again, 60_000)
    const ends = [onRecord(record => record.kind === 'estimate' && again()), onReset(again)]
    return () => {
      ended = true
      clearInterval(timer)
      for (const end of ends) end()
    }
  }, [])

  const drawn = hour && draw(hour, status.value?.clock)
  return (
    <figure class="spark">
      <figcaption>
        <h2>The last hour</h2>
        <a href={formatPlace({ ...place.value, view: 'timeline', range: '1h', window: undefined })}>
          Timeline
        </a>
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={drawn?.words ?? 'Loading'}
      >
        {drawn?.pieces.map(piece => (
          <g key={piece.line}>
            <path class="spark-band" d={piece.band} />
            <path class="spark-line" d={piece.line} />
          </g>
        ))}
        <path class="spark-zero" d={`M0 ${drawn?.zero ?? HEIGHT / 2}H${WIDTH}`} />
      </svg>
      <p class="spark-words" aria-hidden="true">
        <span>1 h ago</span>
        <span>{drawn?.words}</span>
        <span>now</span>
      </p>
    </figure>
  )
}

function draw(hour: Hour, clock: StatusBody['clock'] | undefined) {
  const { from, growth, breaks } = hour
  let { offset, bound } = hour
  const measured = offset.x.length
  const carried = clock !== undefined && clock.offset !== null && clock.errorBound !== null
  if (carried) {
    const now = unixSeconds(clock.now)
    offset = pushed(offset, now, clock.offset)
    bound = pushed(bound, now, clock.errorBound)
  }
  const runs = runsOf(offset, { breaks })
  const bounded = boundOf(bound, growth, carried)
  const bands = runs.map(run => bandOf(offset, bounded, run))
  const [bottom, top] = autoRange(bands.flatMap(({ high, low }) => [...high, ...low]))
  const x = (at: number) => (((at - from) / HOUR) * WIDTH).toFixed(1)
  const y = (value: number) => (HEIGHT - ((value - bottom) / (top - bottom)) * HEIGHT).toFixed(1)
  const path = (xs: readonly number[], values: readonly (number | null)[]) =>
    xs.map((at, i) => `${x(at)} ${y(values[i] ?? 0)}`).join('L')
  const pieces = runs.map((run, i) => {
    const band = bands[i]!
    return {
      line: `M${path(
        run.map(k => offset.x[k]!),
        run.map(k => offset.last[k] ?? null),
      )}`,
      band: `M${path(band.x, band.high)}L${path([...band.x].reverse(), [...band.low].reverse())}Z`,
    }
  })
  const words = measured === 0 ? 'nothing was measured' : `${duration(top - bottom)} from top to bottom`
  return { pieces, zero: y(0), words }
}
