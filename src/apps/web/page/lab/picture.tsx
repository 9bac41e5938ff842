/**
 * The picture: true offset of each player, what one of them says of it, and what happened. It follows each change; when all of
 * what was ordered last is drawn, it says how long that took.
 */
import { signal } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks'
import { duration } from '#core/time/format.ts'
import type { Curve } from '#lab/curve.ts'
import { nameOfPlayer } from '#lab/scenario/player-name.ts'
import { CHART_STYLE } from '#report/chart/theme.ts'
import { offsetChart } from '#report/lab/picture.ts'
import { drawn } from '../drawn.ts'
import type { Course } from './messages.ts'
import { Readout, useCursor } from './readout.tsx'
import { heightOf } from './size.ts'
import { courses, nobodyPlays, ordered, refusals, scenario, setup, width } from './state.ts'

/** How long it took from a change until its picture was on the screen, in ms. */
const speed = signal<number | undefined>(undefined)

const style = new CSSStyleSheet()
// The look of charts stands where reports take it from, too; here it may meet nothing else that is called a chart.
style.replaceSync(`.course{${CHART_STYLE}}`)
document.adoptedStyleSheets.push(style)

export function Picture(): JSX.Element {
  const box = useWidth()
  const players = scenario.value?.player.map(nameOfPlayer) ?? []
  const shown = courses.value
  const says = Math.min(setup.value.says, players.length - 1)
  const wide = width.value
  const span = shown.find(each => each !== undefined)?.span
  const svg = useMemo(() => {
    if (!span || wide === 0) return undefined
    const results = players.map((name, i) => ({
      name: shown[i]?.name ?? name,
      curve: shown[i]?.curve ?? NOTHING,
    }))
    return offsetChart('Offset', results, {
      width: wide,
      height: heightOf(wide),
      span,
      claims: name => name === results[says]?.name,
    })
  }, [shown, wide, says, players.join('\n'), span])
  const drawnId = wholeOf(shown, players.length)
  useSpeed(drawnId)
  const cursor = useCursor(span, wide)
  return (
    <figure
      class="course"
      ref={box}
      data-ordered={ordered.value.id}
      data-drawn={drawnId}
      data-ms={speed.value}
    >
      {svg ? (
        <div
          class="canvas"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys move the cursor in it
          tabIndex={0}
          role="application"
          aria-label="True offset of each clock, picture. Left and right read it."
          {...cursor.listeners}
        >
          {drawn(svg)}
          <Readout at={cursor.at} />
        </div>
      ) : (
        <p class="waiting">{nobodyPlays.value ? 'Nobody here can be played.' : 'Playing …'}</p>
      )}
      <Speed />
    </figure>
  )
}

const NOTHING: Curve = {
  duration: 0,
  at: new Float64Array(),
  least: new Float64Array(),
  most: new Float64Array(),
  believed: new Float64Array(),
  bound: new Float64Array(),
  steps: [],
  exit: undefined,
  marks: [],
}

/** The newest order, when all of it is in the picture. */
function wholeOf(shown: readonly (Course | undefined)[], count: number): number | undefined {
  const { id } = ordered.value
  const complete = Array.from({ length: count }, (_, i) => i).every(
    i => refusals.value[i] !== undefined || (shown[i]?.whole && shown[i].order === id),
  )
  return count > 0 && complete ? id : undefined
}

/** From what somebody did to the frame after which it is seen. */
function useSpeed(drawnId: number | undefined): void {
  useEffect(() => {
    const { id, at } = ordered.peek()
    if (drawnId !== id || at === 0) return
    const frame = requestAnimationFrame(() => {
      speed.value = Math.round(performance.now() - at)
    })
    return () => cancelAnimationFrame(frame)
  }, [drawnId])
}

function Speed(): JSX.Element {
  const played = scenario.value
  const ms = speed.value
  return (
    <p class="speed">
      {played && ms !== undefined
        ? `${duration(played.duration)} for ${played.player.length === 1 ? 'one' : `each of ${played.player.length}`}, played and drawn in ${ms} ms`
        : ' '}
    </p>
  )
}

function useWidth() {
  const box = useRef<HTMLElement>(null)
  useLayoutEffect(() => {
    const measure = () => {
      width.value = box.current?.clientWidth ?? 0
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(box.current!)
    return () => observer.disconnect()
  }, [])
  return box
}
