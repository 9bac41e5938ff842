/** All values at the shared cursor, beside it: what was believed, what each source said, and what happened there. */
import type { JSX } from 'preact'
import type { Event } from '#report/words/event.ts'
import { aheadOrBehind, fastOrSlow, length, plusMinus } from '#report/words/say.ts'
import type { Span } from '../place.ts'
import { EventMark } from '../shell/marks.tsx'
import { utc } from '../words/time.ts'
import { boundAt } from './band.ts'
import type { CursorAt } from './gestures.ts'
import type { Line } from './lines.ts'
import { nearestAt } from './pieces.ts'
import type { Plot } from './plots.ts'
import { Swatch } from './swatch.tsx'

/** An event within so many thousandths of the window is under the cursor. */
const NEAR = 0.008
/** A reading further away than this part of the window is not "at" the cursor. */
const REACH = 0.02

export function Readout(props: {
  at: CursorAt
  plots: readonly Plot[]
  window: Span
  events: readonly Event[]
}): JSX.Element {
  const { at, plots, window, events } = props
  const width = window.to - window.from
  const [offset, delay, frequency] = plots
  const here = events.filter(event => Math.abs(event.at - at.x) < NEAR * width)
  const read = (line: Line | undefined) => valuesAt(line, at.x, REACH * width)
  const combined = offset?.lines.find(line => line.source === undefined)
  const estimate = read(combined)
  return (
    <div class="readout" role="status">
      <p class="readout-time">{utc(at.x, width < 600 ? 1 : 0)} UTC</p>
      {here.map(event => (
        <p key={`${event.at} ${event.text}`} class="readout-event">
          <EventMark kind={event.kind} /> {event.text}
        </p>
      ))}
      <table>
        <thead>
          <tr>
            <td />
            <th scope="col">offset</th>
            <th scope="col">delay</th>
          </tr>
        </thead>
        <tbody>
          {combined ? (
            <tr>
              <th scope="row">
                <Swatch line={combined} /> {combined.label}
              </th>
              <td colSpan={2}>
                {aheadOrBehind(estimate?.last)} {estimate ? plusMinus(estimate.bound) : ''}
              </td>
            </tr>
          ) : null}
          {offset?.lines
            .filter(line => line.source !== undefined)
            .map(line => (
              <tr key={line.label}>
                <th scope="row">
                  <Swatch line={line} /> {line.label}
                </th>
                <td>{aheadOrBehind(read(line)?.last)}</td>
                <td>{length(read(delay?.lines.find(each => each.source === line.source))?.last)}</td>
              </tr>
            ))}
        </tbody>
      </table>
      {frequency?.lines[0] ? (
        <p class="readout-more">Frequency error: {fastOrSlow(read(frequency.lines[0])?.last)}</p>
      ) : null}
    </div>
  )
}

function valuesAt(line: Line | undefined, x: number, reach: number) {
  if (!line) return undefined
  const { track, bound, runs } = line
  const index = nearestAt({ x: track.x, runs }, x, reach)
  if (index === undefined) return undefined
  const run = runs.find(each => each.includes(index))!
  return { last: track.last[index] ?? null, bound: bound ? boundAt(track, bound, run, x) : null }
}
