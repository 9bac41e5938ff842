/** The last hour at a glance; the timeline has it in full. */
import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { duration } from '#core/time/format.ts'
import type { StatusBody } from '#report/bodies.ts'
import { unixSeconds } from '#report/bodies.ts'
import { askSeries } from '../ask.ts'
import { place } from '../go.ts'
import { onRecord, onReset, status, wallNow } from '../live.ts'
import { formatPlace } from '../place.ts'
import { joinLast, pushed, type Track, trackOf, withGaps } from '../timeline/pieces.ts'
import { autoRange } from '../timeline/ranges.ts'

const HOUR = 3600
const [WIDTH, HEIGHT] = [600, 100]

interface Hour {
  readonly from: number
  readonly offset: Track
  readonly bound: Track
}

export function Spark(): JSX.Element {
  const [hour, setHour] = useState<Hour>()
  useEffect(() => {
    let ended = false
    const load = async () => {
      const to = wallNow.value
      if (to === undefined) return
      const window = { from: to - HOUR, to }
      const [offset, bound] = await Promise.all([
        askSeries({ of: 'estimate.offset', window, buckets: 150 }),
        askSeries({ of: 'estimate.errorBound', window, buckets: 150 }),
      ])
      if (!ended) setHour({ from: window.from, offset: trackOf(offset), bound: trackOf(bound) })
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
  const { from } = hour
  let { offset, bound } = hour
  const measured = offset.x.length
  if (clock && clock.offset !== null && clock.errorBound !== null) {
    const now = unixSeconds(clock.now)
    offset = pushed(offset, now, clock.offset)
    bound = pushed(bound, now, clock.errorBound)
  }
  const bounds = new Map(bound.x.map((x, i) => [x, bound.max[i] ?? 0]))
  const high = offset.x.map((x, i) => (offset.max[i] ?? 0) + (bounds.get(x) ?? 0))
  const low = offset.x.map((x, i) => (offset.min[i] ?? 0) - (bounds.get(x) ?? 0))
  const [bottom, top] = autoRange([...high, ...low])
  const x = (at: number) => (((at - from) / HOUR) * WIDTH).toFixed(1)
  const y = (value: number) => (HEIGHT - ((value - bottom) / (top - bottom)) * HEIGHT).toFixed(1)
  const runs = joinLast(withGaps(offset))
  const pieces = runs.map(indices => {
    const path = (values: readonly (number | null)[], order = indices) =>
      order.map(i => `${x(offset.x[i]!)} ${y(values[i] ?? 0)}`).join('L')
    return { line: `M${path(offset.last)}`, band: `M${path(high)}L${path(low, [...indices].reverse())}Z` }
  })
  const words = measured === 0 ? 'nothing was measured' : `${duration(top - bottom)} from top to bottom`
  return { pieces, zero: y(0), words }
}
