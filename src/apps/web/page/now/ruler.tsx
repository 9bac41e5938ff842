/** Where true time lies, seen from this clock in the middle: a band that must contain it, and the best guess in it. */
import type { JSX } from 'preact'
import { duration } from '#core/time/format.ts'
import type { SourceBody } from '#report/bodies.ts'
import { aheadOrBehind } from '#report/words/say.ts'
import { isUsed } from '#report/words/verdict.ts'

export function Ruler(props: {
  offset: number
  errorBound: number
  sources: readonly SourceBody[]
}): JSX.Element {
  const { offset, errorBound, sources } = props
  const [low, high] = [offset - errorBound, offset + errorBound]
  const half = roundUp(Math.max(Math.abs(low), Math.abs(high)) * 1.1)
  const place = (value: number) => `${50 + (50 * value) / half}%`
  const near = sources.filter(each => isUsed(each) && each.offset !== null && Math.abs(each.offset) < half)
  return (
    <figure class="ruler">
      <figcaption>
        <h2>Where true time lies</h2>
      </figcaption>
      <div
        class="ruler-scale"
        role="img"
        aria-label={`Best guess: this clock is ${aheadOrBehind(offset)}. True time lies within ${duration(errorBound)} of that.`}
      >
        <div class="ruler-line" />
        <div class="ruler-band" style={{ left: place(low), width: `${(50 * (high - low)) / half}%` }} />
        {near.map(each => (
          <i
            key={each.address}
            class="ruler-source"
            title={each.name}
            style={{ left: place(each.offset!) }}
          />
        ))}
        <i class="ruler-zero" />
        <i class="ruler-guess" style={{ left: place(offset) }} />
      </div>
      <div class="ruler-words" aria-hidden="true">
        <span>{duration(half)} ahead</span>
        <span>this clock</span>
        <span>{duration(half)} behind</span>
      </div>
    </figure>
  )
}

/** The next of 1, 2, 5, 10 … */
export function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value || 1e-9))
  return power * ([1, 2, 5, 10].find(step => step * power >= value * (1 - 1e-9)) ?? 10)
}
