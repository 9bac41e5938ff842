/** One plot on its canvas, with its gestures and keys. */
import uPlot from 'uplot'
import { duration } from '#core/time/format.ts'
import { isSinceBoot } from '#report/explain/moments.ts'
import { offsetTicks, rateTicks, timeTicks } from '../timeline/axes.ts'
import { colour, faded, fontOf } from '../timeline/theme.ts'
import { columnsOf, extremesIn, kneeOf, type Line, linesOf, type PlotName } from './lines.ts'
import { make } from './make.ts'
import { paintOver } from './paint.ts'
import type { View } from './view.ts'

const HEIGHTS: Record<PlotName, { wide: number; narrow: number }> = {
  offset: { wide: 360, narrow: 300 },
  delay: { wide: 190, narrow: 170 },
  frequency: { wide: 190, narrow: 170 },
}
const TITLES: Record<PlotName, string> = {
  offset: 'Offset of the clock',
  delay: 'Delay of the packets, there and back',
  frequency: 'Frequency correction that was applied',
}
const NARROW = 600
const LEAST_RATES = 5e-8
/** The part of a plot that labels of marks take. */
const LABELS = 0.12
/** A movement of fewer pixels is a click. */
const LEAST_DRAG = 5
const KEY_STEP = 0.01
const ZOOM = 0.6
const MONTH = 28 * 86_400
/** Pixels between ticks. */
const TICK_SPACE = 30

/** What binds several plots together. */
export interface PlotTies {
  /** Under this key the pointer is shared. */
  readonly sync: string
  /** Is told where the cursor stands. */
  readonly follow: (at: number) => void
  /** Places the cursor of each plot. */
  readonly moveAll: (at: number) => void
}

export class Plot {
  readonly elements: readonly HTMLElement[]
  readonly #name: PlotName
  readonly #view: View
  readonly #sync: string
  readonly #follow: PlotTies['follow']
  readonly #moveAll: PlotTies['moveAll']
  readonly #title = make('h3', {})
  readonly #frame: HTMLElement
  #u: uPlot | undefined
  #lines: readonly Line[] = []
  #cursor: number | undefined
  #width: number | undefined

  constructor(name: PlotName, view: View, { sync, follow, moveAll }: PlotTies) {
    this.#name = name
    this.#view = view
    this.#sync = sync
    this.#follow = follow
    this.#moveAll = moveAll
    this.#frame = make('div', {
      class: 'frame',
      tabindex: '0',
      role: 'application',
      'aria-label': `${TITLES[name]}: plot. Left and right move the cursor, with Shift the window; plus and minus zoom; 0 shows the full run.`,
    })
    this.#frame.addEventListener('keydown', event => this.#key(event))
    this.elements = [this.#title, this.#frame]
    new ResizeObserver(() => this.#u?.setSize(this.#size())).observe(this.#frame)
  }

  draw(what: 'window' | 'lines' = 'lines'): void {
    if (what === 'window' && this.#u) {
      const [min, max] = this.#range()
      this.#u.batch(() => {
        this.#u!.setScale('x', { min: this.#view.window.from, max: this.#view.window.to })
        this.#u!.setScale('y', { min, max })
      })
      return
    }
    this.#u?.destroy()
    this.#lines = linesOf(this.#view, this.#name)
    const formats = [...new Set(this.#lines.map(({ format }) => format))].join(', ')
    this.#title.textContent = `${TITLES[this.#name]}${formats ? ` (${formats})` : ''}`
    this.#u = new uPlot(this.#options(), columnsOf(this.#lines), this.#frame)
    this.#listen(this.#u)
  }

  fixWidth(width: number | undefined): void {
    this.#width = width
  }

  /** The plot as it is now, as a file. */
  png(): void {
    const { canvas } = this.#u!.ctx
    const copy = make('canvas', { width: String(canvas.width), height: String(canvas.height) })
    const to = copy.getContext('2d')!
    to.fillStyle = colour('--paper')
    to.fillRect(0, 0, canvas.width, canvas.height)
    to.drawImage(canvas, 0, 0)
    copy.toBlob(blob => {
      if (!blob) return
      const href = URL.createObjectURL(blob)
      make('a', { href, download: `${this.#name}.png` }).click()
      URL.revokeObjectURL(href)
    })
  }

  #size(): { width: number; height: number } {
    const width = this.#width ?? this.#frame.clientWidth
    return { width, height: HEIGHTS[this.#name][width < NARROW ? 'narrow' : 'wide'] }
  }

  get #logarithmic(): boolean {
    return this.#name === 'offset' && this.#view.scaling === 'logarithmic'
  }

  #range(): [number, number] {
    const [low, high] = extremesIn(this.#lines, this.#view.window)
    // Of a frequency no more is shown than its labels have room for.
    if (this.#name === 'frequency') return widened([low, high], { least: LEAST_RATES })
    // Of an offset zero is the aim, and of a delay the least there can be: it stays in sight.
    const ends: [number, number] = [Math.min(0, low), Math.max(0, high)]
    const top = this.#view.marked ? LABELS : 0
    if (!this.#logarithmic) return widened(ends, { least: 1e-9, top })
    const knee = kneeOf(this.#lines)
    const [bottom, above] = widened([Math.asinh(ends[0] / knee), Math.asinh(ends[1] / knee)], {
      least: 1,
      top,
    })
    return [Math.sinh(bottom) * knee, Math.sinh(above) * knee]
  }

  #options(): uPlot.Options {
    const { window } = this.#view
    const [min, max] = this.#range()
    const series: uPlot.Series[] = [{}]
    const bands: uPlot.Band[] = []
    for (const line of this.#lines) {
      const width = line.banded ? 1 : 1.4
      const drawn = {
        stroke: colour(line.colour),
        width,
        ...(line.dash ? { dash: [...line.dash] } : {}),
        points: { size: 3.5, fill: colour(line.colour), stroke: colour(line.colour) },
      }
      if (line.banded)
        bands.push({ series: [series.length, series.length + 1], fill: faded(line.colour, 0.3) })
      series.push(drawn, ...(line.banded ? [drawn] : []))
    }
    const knee = kneeOf(this.#lines)
    return {
      ...this.#size(),
      series,
      bands,
      scales: {
        x: { time: true, auto: false, min: window.from, max: window.to, range: (_, min, max) => [min, max] },
        y: {
          auto: false,
          min,
          max,
          range: (_, min, max) => [min, max],
          ...(this.#logarithmic ? { distr: 4, asinh: knee } : {}),
        },
      },
      axes: [timeAxis(), this.#valueAxis(knee)],
      legend: { show: false },
      cursor: {
        y: false,
        points: { show: false },
        sync: { key: this.#sync },
        drag: { x: true, y: false, setScale: false, dist: LEAST_DRAG },
        bind: {
          mousedown: (_u, _target, handler) => event => {
            if (!event.shiftKey) handler(event)
            return null
          },
          dblclick: () => () => {
            this.#view.zoomTo(this.#view.whole)
            return null
          },
        },
      },
      padding: [this.#name === 'offset' ? 16 : 8, 28, 0, 0],
      tzDate: seconds => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
      hooks: {
        draw: [u => paintOver(u, this.#view, this.#name)],
        setSelect: [u => this.#select(u)],
        setCursor: [u => this.#moved(u)],
      },
    }
  }

  #valueAxis(knee: number): uPlot.Axis {
    return {
      ...plainAxis(),
      space: TICK_SPACE,
      size: 76,
      ...(this.#logarithmic
        ? {
            splits: (u, _axis, min, max) => decades(min, max, knee, u.height),
            values: (_, splits) => splits.map(value => offsetTicks([value])[0]!),
            filter: (_, splits) => splits,
          }
        : {
            values: (_, splits) => (this.#name === 'frequency' ? rateTicks(splits) : offsetTicks(splits)),
          }),
    }
  }

  #select(u: uPlot): void {
    const { left, width } = u.select
    if (width < LEAST_DRAG) return
    const window = { from: u.posToVal(left, 'x'), to: u.posToVal(left + width, 'x') }
    u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
    this.#view.zoomTo(window)
  }

  #moved(u: uPlot): void {
    const { left } = u.cursor
    this.#cursor = left === undefined || left === null || left < 0 ? undefined : u.posToVal(left, 'x')
    if (this.#cursor !== undefined) this.#follow(this.#cursor)
  }

  /** Shift or a finger moves the window; a sideways wheel too; with Ctrl the wheel zooms. */
  #listen({ over }: uPlot): void {
    let held: { x: number; from: number; to: number } | undefined
    over.addEventListener('pointerdown', event => {
      if (!(event.shiftKey || event.pointerType === 'touch')) return
      held = { x: event.clientX, ...this.#view.window }
      over.setPointerCapture(event.pointerId)
    })
    over.addEventListener('pointermove', event => {
      if (!held || Math.abs(event.clientX - held.x) < LEAST_DRAG) return
      const by = ((held.x - event.clientX) / over.clientWidth) * (held.to - held.from)
      this.#view.zoomTo({ from: held.from + by, to: held.to + by })
    })
    for (const end of ['pointerup', 'pointercancel'] as const)
      over.addEventListener(end, () => {
        held = undefined
      })
    over.addEventListener(
      'wheel',
      event => {
        if (event.ctrlKey) this.#view.zoomBy(event.deltaY > 0 ? 1 / ZOOM : ZOOM, this.#cursor)
        else if (Math.abs(event.deltaX) > Math.abs(event.deltaY))
          this.#view.panBy(event.deltaX / over.clientWidth)
        else return
        event.preventDefault()
      },
      { passive: false },
    )
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey) return
    const view = this.#view
    const direction = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    if (direction && event.shiftKey) view.panBy(0.1 * direction)
    else if (direction) this.#moveCursor(direction)
    else if (event.key === '+' || event.key === '=') view.zoomBy(ZOOM, this.#cursor)
    else if (event.key === '-') view.zoomBy(1 / ZOOM, this.#cursor)
    else if (event.key === '0' || event.key === 'Home') view.zoomTo(view.whole)
    else return
    event.preventDefault()
  }

  #moveCursor(direction: number): void {
    const { from, to } = this.#view.window
    const before = this.#cursor ?? (from + to) / 2
    const at = Math.min(to, Math.max(from, before + direction * KEY_STEP * (to - from)))
    this.#moveAll(at)
    this.#follow(at)
  }

  placeCursor(at: number): void {
    const u = this.#u!
    u.setCursor({ left: u.valToPos(at, 'x'), top: u.over.clientHeight / 2 }, false)
    // From pixels it would come back rounded.
    this.#cursor = at
  }
}

/** With a margin, and more on top where labels stand. */
function widened(
  [low, high]: [number, number],
  { least, top = 0 }: { least: number; top?: number },
): [number, number] {
  const span = high - low
  const margin = Math.max(0.08 * span, (least - span) / 2)
  return [low - margin, high + margin + top * (span + 2 * margin)]
}

/** Powers of ten from the knee on, to both sides, as many as there is room for. */
function decades(min: number, max: number, knee: number, height: number): number[] {
  const place = (value: number) => Math.asinh(value / knee)
  const perPixel = (place(max) - place(min)) / height
  const all: number[] = []
  for (let size = knee; size <= Math.max(-min, max); size *= 10) {
    // Counted from zero outwards; the knee itself when it is far enough from zero.
    const last = all.at(-1) ?? 0
    if (place(size) - place(last) >= TICK_SPACE * perPixel) all.push(size)
  }
  return [...all.map(size => -size).reverse(), 0, ...all].filter(value => value >= min && value <= max)
}

const timeAxis = (): uPlot.Axis => ({
  ...plainAxis(),
  space: 72,
  size: 38,
  values: (_, splits, __, ___, increment) => withYear(timeTicks(splits, increment), splits, increment),
})

/** Days are told without their year, but for the first; of long times only months are. */
function withYear(texts: readonly string[], splits: readonly number[], increment: number): string[] {
  if (isSinceBoot(splits.at(-1) ?? 0)) return splits.map(at => (increment < 60 ? `${at} s` : duration(at)))
  const year = (at: number) => new Date(at * 1000).getUTCFullYear()
  if (increment >= MONTH)
    return texts.map((text, i) => `${text.slice(text.indexOf(' ') + 1)} ${year(splits[i]!)}`)
  return texts.map((text, i) => (i === 0 ? `${text} ${year(splits[i]!)}` : text))
}

const plainAxis = (): uPlot.Axis => ({
  stroke: colour('--soft'),
  font: fontOf(11),
  gap: 6,
  grid: { stroke: colour('--line'), width: 1 },
  ticks: { show: false },
})
