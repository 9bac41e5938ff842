/**
 * Why some are believed: each source claims that true time lies in offset ± root distance. Those whose claims meet can
 * all be right. The scale fits the believed ones; a claim that lies beyond it is an arrow at the edge.
 */
import type { JSX } from 'preact'
import { duration } from '#core/time/format.ts'
import type { SourceBody, StatusBody } from '#report/bodies.ts'
import { aheadOrBehind, plusMinus } from '#report/words/say.ts'
import { isUsed } from '#report/words/verdict.ts'
import { roundUp } from '../now/ruler.tsx'
import { StateMark } from '../shell/marks.tsx'
import { keyOf, labelOf } from '../words/quantities.ts'

interface Claim {
  readonly source: SourceBody
  readonly low: number
  readonly high: number
}

export function Agreement(props: {
  clock: StatusBody['clock']
  sources: readonly SourceBody[]
}): JSX.Element | null {
  const claims = props.sources.flatMap(claimOf)
  if (claims.length === 0) return null
  const { offset, errorBound } = props.clock
  const fitted = claims.some(({ source }) => isUsed(source))
    ? claims.filter(({ source }) => isUsed(source))
    : claims
  const half = roundUp(Math.max(...fitted.flatMap(({ low, high }) => [Math.abs(low), Math.abs(high)])) * 1.05)
  const place = (value: number) => 50 + (50 * Math.min(half, Math.max(-half, value))) / half
  return (
    <figure class="agreement">
      <figcaption>
        <h2>Where each says that true time lies</h2>
        <p class="aside">A claim is offset ± root distance. Claims that meet can all be true.</p>
      </figcaption>
      <div class="claims">
        {offset !== null && errorBound !== null ? (
          <div class="claims-band-frame" aria-hidden="true">
            <div
              class="claims-band"
              title="The combined estimate"
              style={{
                left: `${place(offset - errorBound)}%`,
                width: `${place(offset + errorBound) - place(offset - errorBound)}%`,
              }}
            />
            <div class="claims-zero" />
          </div>
        ) : null}
        {claims.map(({ source, low, high }) => (
          <div key={keyOf(source)} class={`claim ${isUsed(source) ? 'used' : 'unused'}`}>
            <span class="claim-name">
              <StateMark state={source.state} /> <span class="name">{labelOf(source, props.sources)}</span>
            </span>
            <div
              class="claim-scale"
              role="img"
              aria-label={`${aheadOrBehind(source.offset)}, ${plusMinus(source.rootDistance)}`}
              title={`${aheadOrBehind(source.offset)}, ${plusMinus(source.rootDistance)}`}
            >
              {low > half || high < -half ? (
                <span class={`claim-beyond ${low > half ? 'right' : 'left'}`}>
                  {aheadOrBehind(source.offset)}
                </span>
              ) : (
                <>
                  <i
                    class="claim-bar"
                    style={{ left: `${place(low)}%`, width: `${place(high) - place(low)}%` }}
                  />
                  <i class="claim-middle" style={{ left: `${place(source.offset!)}%` }} />
                </>
              )}
            </div>
          </div>
        ))}
        <div class="claim words" aria-hidden="true">
          <span />
          <div class="ruler-words">
            <span>{duration(half)} ahead</span>
            <span>this clock</span>
            <span>{duration(half)} behind</span>
          </div>
        </div>
      </div>
    </figure>
  )
}

function claimOf(source: SourceBody): Claim[] {
  const { offset, rootDistance, state } = source
  if (offset === null || rootDistance === null || state === 'unreachable' || state === 'stopped') return []
  return [{ source, low: offset - rootDistance, high: offset + rootDistance }]
}
