/** A cursor in the picture: at one moment, how wrong each clock is, and what its keeper says of it. */
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { duration, signed } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import { BOTTOM, LEFT, RIGHT } from '#report/chart/chart.ts'
import { plusMinus } from '#report/words/say.ts'
import { Key } from './key.tsx'
import { heightOf } from './size.ts'
import { courses } from './state.ts'

type Span = readonly [from: Seconds, to: Seconds]
/** One press of an arrow key; with Shift ten. */
const PRESS = 1 / 200

export function useCursor(span: Span | undefined, width: number) {
  const [part, move] = useState<number>()
  const point = (event: PointerEvent & { readonly currentTarget: HTMLElement }) => {
    const { left } = event.currentTarget.getBoundingClientRect()
    const at = (event.clientX - left - LEFT) / (width - LEFT - RIGHT)
    move(at >= 0 && at <= 1 ? at : undefined)
  }
  return {
    at:
      part === undefined || !span ? undefined : { part, width, second: span[0] + part * (span[1] - span[0]) },
    listeners: {
      onPointerMove: point,
      onPointerDown: point,
      onPointerLeave: () => move(undefined),
      onBlur: () => move(undefined),
      onKeyDown: (event: KeyboardEvent) => {
        const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
        if (event.key === 'Escape') move(undefined)
        if (way === undefined) return
        event.preventDefault()
        move(Math.min(1, Math.max(0, (part ?? 0.5) + way * PRESS * (event.shiftKey ? 10 : 1))))
      },
    },
  }
}

export function Readout({
  at,
}: {
  at: { readonly part: number; readonly width: number; readonly second: Seconds } | undefined
}): JSX.Element | null {
  if (!at) return null
  const x = LEFT + at.part * (at.width - LEFT - RIGHT)
  const side = at.part < 0.5 ? { '--left': `${x + 14}px` } : { '--right': `${at.width - x + 14}px` }
  return (
    <>
      <div class="cursor" style={{ left: `${x}px`, height: `${heightOf(at.width) - BOTTOM}px` }} />
      <div class="beside" style={{ ...side, '--top': '70px' }}>
        <div class="readout" role="status">
          <p class="readout-time">{duration(at.second)} into the story</p>
          <table>
            <thead>
              <tr>
                <td />
                <th scope="col">true</th>
                <th scope="col">it says</th>
              </tr>
            </thead>
            <tbody>
              {courses.value.map((course, lane) =>
                course ? <Row key={lane} lane={lane} course={course} second={at.second} /> : null,
              )}
            </tbody>
          </table>
        </div>
      </div>
    </>
  )
}

function Row({
  lane,
  course: { name, curve },
  second,
}: {
  lane: number
  course: NonNullable<(typeof courses.value)[number]>
  second: Seconds
}): JSX.Element {
  const i = nearest(curve.at, second)
  const [least, most] = [curve.least[i], curve.most[i]]
  const true_ =
    least === undefined || most === undefined ? undefined : Math.abs(least) > Math.abs(most) ? least : most
  const gone = curve.exit && curve.exit.at <= second
  const said = gone ? undefined : curve.believed[i]
  return (
    <tr>
      <th scope="row">
        <Key lane={lane} /> {name}
      </th>
      <td>{signed(true_)}</td>
      <td>
        {gone ? 'has ended' : signed(said)}
        {said === undefined || Number.isNaN(said) || Number.isNaN(curve.bound[i]!)
          ? ''
          : ` ${plusMinus(curve.bound[i])}`}
      </td>
    </tr>
  )
}

/** The last of rising times that is not after a moment. */
function nearest(times: Float64Array, moment: number): number {
  let [low, high] = [0, times.length - 1]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (times[middle]! <= moment) low = middle
    else high = middle - 1
  }
  return low
}
