/** One plot on its canvas. uPlot is made anew only when its lines are others; new readings and windows are handed to it. */
import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import type { Event } from '#report/words/event.ts'
import type { Span } from '../place.ts'
import { offsetTicks, rateTicks, timeTicks } from './axes.ts'
import { type CursorAt, cursorAt, cursorOptions, listenOn, zoomToSelection } from './gestures.ts'
import { type Columns, columnsOf } from './lines.ts'
import { paintOver, paintUnder } from './paint.ts'
import type { Plot, PlotName } from './plots.ts'
import { scheme } from './scheme.ts'
import { colour, faded, fontOf } from './theme.ts'

const HEIGHTS: Record<PlotName, { wide: number; narrow: number }> = {
  offset: { wide: 320, narrow: 260 },
  delay: { wide: 180, narrow: 160 },
  frequency: { wide: 150, narrow: 140 },
}
const NARROW = 600
/** The cursor moves by this part of the window when a key is pressed. */
const KEY_STEP = 0.01

interface Drawn {
  readonly u: uPlot
  readonly made: string
}

export function Chart({
  plot,
  window,
  events,
}: {
  plot: Plot
  window: Span
  events: readonly Event[]
}): JSX.Element {
  const frame = useRef<HTMLDivElement>(null)
  const drawn = useRef<Drawn>(undefined)
  // The hooks of a living plot read what is current from here.
  const current = useRef({ plot, window, events })
  current.current = { plot, window, events }

  useEffect(() => {
    const columns = columnsOf(plot.lines)
    const made = signature(columns, scheme.value)
    if (drawn.current?.made === made) show(drawn.current.u, columns, plot, window)
    else {
      drawn.current?.u.destroy()
      drawn.current = { u: make(frame.current!, columns, current), made }
    }
  }, [plot, window, events, scheme.value])

  useEffect(() => {
    const element = frame.current!
    const observer = new ResizeObserver(() => {
      if (element.isConnected) drawn.current?.u.setSize(sizeOf(element, current.current.plot.name))
    })
    observer.observe(element)
    const end = cursorAt.subscribe(at => {
      if (drawn.current) follow(drawn.current.u, at, current.current.plot.name)
    })
    return () => {
      observer.disconnect()
      end()
      drawn.current?.u.destroy()
      drawn.current = undefined
    }
  }, [])

  return (
    <div
      ref={frame}
      class="chart"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys move the cursor in it
      tabIndex={0}
      role="application"
      aria-label={`${plot.title}, plot. Left and right move the cursor.`}
      onKeyDown={event => moveByKey(event, current.current.plot.name, current.current.window, frame.current!)}
      onBlur={() => {
        cursorAt.value = undefined
      }}
    />
  )
}

interface Current {
  readonly current: { readonly plot: Plot; readonly window: Span; readonly events: readonly Event[] }
}

function make(frame: HTMLElement, columns: Columns, now: Current): uPlot {
  const { plot, window } = now.current
  const u = new uPlot(
    {
      ...sizeOf(frame, plot.name),
      // Columns that belong to one band stand next to each other: line, high, low.
      series: [{}, ...columns.roles.map(seriesOptions)],
      bands: columns.roles.flatMap(({ part, line }, i) =>
        part === 'high'
          ? [
              {
                series: [i + 1, i + 2] as [number, number],
                fill: faded(line.colour, line.bound ? 0.18 : 0.32),
              },
            ]
          : [],
      ),
      scales: {
        x: { time: true, auto: false, min: window.from, max: window.to, range: (_, min, max) => [min, max] },
        y: { auto: false, min: plot.range[0], max: plot.range[1], range: (_, min, max) => [min, max] },
      },
      axes: [timeAxis(), valueAxis(plot.name)],
      legend: { show: false },
      cursor: cursorOptions(),
      padding: [8, 8, 0, 0],
      tzDate: seconds => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
      hooks: {
        drawClear: [u => paintUnder(u, now.current.plot)],
        draw: [u => paintOver(u, now.current.plot, now.current.events)],
        setSelect: [zoomToSelection],
      },
    },
    columns.data,
    frame,
  )
  listenOn(u, plot.name)
  return u
}

function show(u: uPlot, columns: Columns, plot: Plot, window: Span): void {
  u.batch(() => {
    u.setData(columns.data, false)
    u.setScale('x', { min: window.from, max: window.to })
    u.setScale('y', { min: plot.range[0], max: plot.range[1] })
  })
  // Marks may have changed where lines did not.
  u.redraw(false)
}

const seriesOptions = ({ line, part, dense }: Columns['roles'][number]): uPlot.Series => ({
  stroke:
    part !== 'line'
      ? 'transparent'
      : dense && line.background
        ? faded(line.colour, 0.3)
        : colour(line.colour),
  width: part !== 'line' ? 0 : dense && line.background ? 0.75 : line.width,
  ...(line.dash && part === 'line' ? { dash: [...line.dash] } : {}),
  ...(line.scattered && part === 'line' ? { paths: () => null } : {}),
  points:
    part === 'line'
      ? {
          size: line.scattered ? 3.5 : 4.5,
          fill: colour(line.colour),
          stroke: colour(line.colour),
          ...(line.scattered ? { show: true } : {}),
        }
      : { show: false },
})

const timeAxis = (): uPlot.Axis => ({
  ...plainAxis(),
  space: 72,
  size: 38,
  values: (_, splits, __, ___, increment) => timeTicks(splits, increment),
})

const valueAxis = (name: PlotName): uPlot.Axis => ({
  ...plainAxis(),
  space: 34,
  size: 76,
  values: (_, splits) => (name === 'frequency' ? rateTicks(splits) : offsetTicks(splits)),
})

const plainAxis = (): uPlot.Axis => ({
  stroke: colour('--soft'),
  font: fontOf(11),
  gap: 6,
  grid: { stroke: colour('--line'), width: 1 },
  ticks: { show: false },
})

function sizeOf(frame: HTMLElement, name: PlotName): { width: number; height: number } {
  const narrow = document.documentElement.clientWidth < NARROW
  return { width: frame.clientWidth, height: HEIGHTS[name][narrow ? 'narrow' : 'wide'] }
}

/** The lines that are there, in their parts and colours. */
const signature = ({ roles }: Columns, colours: string): string =>
  `${colours} ${roles.map(({ line, part, dense }) => `${line.label}${part}${dense}${line.colour}${line.dash ?? ''}${line.scattered}`).join('|')}`

/** The shared cursor, on the plots that the pointer is not over. */
function follow(u: uPlot, at: CursorAt | undefined, name: string): void {
  if (at?.plot === name && u.over.matches(':hover')) return
  u.setCursor(at ? { left: u.valToPos(at.x, 'x'), top: 10 } : { left: -10, top: -10 }, false)
}

function moveByKey(event: KeyboardEvent, plot: string, window: Span, frame: HTMLElement): void {
  const direction = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
  if (!direction || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return
  event.preventDefault()
  const before = cursorAt.value?.x ?? (window.from + window.to) / 2
  const x = Math.min(
    window.to,
    Math.max(window.from, before + direction * KEY_STEP * (window.to - window.from)),
  )
  const over = frame.querySelector<HTMLElement>('.u-over')!
  const left = over.offsetLeft + ((x - window.from) / (window.to - window.from)) * over.offsetWidth
  cursorAt.value = { plot, x, left, top: 20, width: frame.clientWidth }
}
