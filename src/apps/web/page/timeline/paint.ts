/** What uPlot does not draw by itself: the tolerance, the zero line, the two sides in words, and the events. */
import type uPlot from 'uplot'
import type { Event } from '#report/words/event.ts'
import { toleranceText } from './axes.ts'
import type { Plot } from './plots.ts'
import { colour, faded, fontOf } from './theme.ts'

export function paintUnder(u: uPlot, plot: Plot): void {
  if (plot.tolerance === undefined) return
  const { ctx, bbox } = u
  const [high, low] = [u.valToPos(plot.tolerance, 'y', true), u.valToPos(-plot.tolerance, 'y', true)]
  ctx.fillStyle = faded('--good', 0.07)
  ctx.fillRect(bbox.left, high, bbox.width, low - high)
}

export function paintOver(u: uPlot, plot: Plot, events: readonly Event[]): void {
  const { ctx } = u
  ctx.save()
  zeroLine(u)
  if (plot.tolerance !== undefined) toleranceLines(u, plot.tolerance)
  for (const event of events) eventLine(u, event)
  if (plot.name === 'offset') sides(u)
  ctx.restore()
}

function zeroLine(u: uPlot): void {
  const { min, max } = u.scales.y!
  if (min === undefined || max === undefined || min === null || max === null || min > 0 || max < 0) return
  horizontal(u, 0, colour('--soft'), [])
}

function toleranceLines(u: uPlot, tolerance: number): void {
  const pixels = devicePixelRatio
  for (const value of [tolerance, -tolerance])
    horizontal(u, value, colour('--good'), [4 * pixels, 4 * pixels])
  u.ctx.textAlign = 'left'
  u.ctx.textBaseline = 'top'
  const x = u.bbox.left + 8 * pixels
  const y = u.valToPos(tolerance, 'y', true) + 5 * pixels
  write(u.ctx, `± ${toleranceText(tolerance)}`, { x, y, colour: colour('--good') })
}

function horizontal(u: uPlot, value: number, stroke: string, dash: number[]): void {
  const { ctx, bbox } = u
  const y = Math.round(u.valToPos(value, 'y', true)) + 0.5
  if (y < bbox.top || y > bbox.top + bbox.height) return
  ctx.strokeStyle = stroke
  ctx.lineWidth = 1
  ctx.setLineDash(dash)
  ctx.beginPath()
  ctx.moveTo(bbox.left, y)
  ctx.lineTo(bbox.left + bbox.width, y)
  ctx.stroke()
  ctx.setLineDash([])
}

const EVENT_COLOURS: Partial<Record<Event['kind'], string>> = {
  step: '--care',
  disruption: '--bad',
  notice: '--accent',
  started: '--faint',
}

function eventLine(u: uPlot, { kind, at }: Event): void {
  const { ctx, bbox } = u
  const pixels = devicePixelRatio
  const x = u.valToPos(at, 'x', true)
  if (x < bbox.left || x > bbox.left + bbox.width) return
  const top = bbox.top + 6 * pixels
  ctx.strokeStyle = colour(EVENT_COLOURS[kind] ?? '--faint')
  ctx.fillStyle = ctx.strokeStyle
  ctx.lineWidth = pixels
  ctx.setLineDash([3 * pixels, 3 * pixels])
  ctx.beginPath()
  ctx.moveTo(x, top)
  ctx.lineTo(x, bbox.top + bbox.height)
  ctx.stroke()
  ctx.setLineDash([])
  head(ctx, kind, x, top, 4.5 * pixels)
}

/** The shapes of shell/marks.tsx. */
function head(ctx: CanvasRenderingContext2D, kind: Event['kind'], x: number, y: number, size: number): void {
  ctx.beginPath()
  if (kind === 'step') {
    ctx.moveTo(x, y - size)
    ctx.lineTo(x + size, y + size)
    ctx.lineTo(x - size, y + size)
  } else if (kind === 'disruption') ctx.rect(x - size, y - size, 2 * size, 2 * size)
  else ctx.arc(x, y, size * 0.85, 0, 2 * Math.PI)
  ctx.closePath()
  if (kind === 'started') {
    ctx.fillStyle = colour('--paper')
    ctx.fill()
    ctx.stroke()
  } else ctx.fill()
}

/** Up is behind: the source stands later than this clock. */
function sides(u: uPlot): void {
  const { ctx, bbox } = u
  const { min, max } = u.scales.y!
  const pixels = devicePixelRatio
  const soft = colour('--soft')
  ctx.textAlign = 'left'
  const x = bbox.left + 8 * pixels
  if ((max ?? 0) > 0) {
    ctx.textBaseline = 'top'
    write(ctx, '▲ behind', { x, y: bbox.top + 14 * pixels, colour: soft })
  }
  if ((min ?? 0) < 0) {
    ctx.textBaseline = 'bottom'
    write(ctx, '▼ ahead', { x, y: bbox.top + bbox.height - 6 * pixels, colour: soft })
  }
}

/** Legible on top of lines: with a rim of paper around it. */
function write(
  ctx: CanvasRenderingContext2D,
  text: string,
  at: { x: number; y: number; colour: string },
): void {
  ctx.font = fontOf(11 * devicePixelRatio)
  ctx.lineJoin = 'round'
  ctx.lineWidth = 4 * devicePixelRatio
  ctx.strokeStyle = colour('--paper')
  ctx.strokeText(text, at.x, at.y)
  ctx.fillStyle = at.colour
  ctx.fillText(text, at.x, at.y)
}
