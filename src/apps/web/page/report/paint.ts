/** What is drawn on top of the lines: zero, which side is which, and marks where something happened. */
import type uPlot from 'uplot'
import type { Happening, HappeningKind } from '#report/explain/happenings.ts'
import { colour, fontOf } from '../timeline/theme.ts'
import type { PlotName } from './lines.ts'
import type { View } from './view.ts'

const COLOURS: Readonly<Record<HappeningKind, string>> = {
  pause: '--bad',
  set: '--bad',
  jump: '--care',
  step: '--accent',
  panic: '--bad',
}
/** Lines of labels, one above the other; what finds no room has only its shape. */
const ROWS = 3
const ROW_HEIGHT = 15

export function paintOver(u: uPlot, view: View, name: PlotName): void {
  u.ctx.save()
  if (name === 'offset') {
    zero(u)
    sides(u)
  }
  const hosts = view.hosts.filter((_, i) => !view.hidden.has(i))
  const shown = hosts
    .flatMap(host =>
      hosts.length === 1
        ? host.happenings
        : host.happenings.map(each => ({ ...each, label: `${host.name}: ${each.label}` })),
    )
    .filter(({ at }) => at >= view.window.from && at <= view.window.to)
    .sort((a, b) => a.at - b.at)
  const ends = Array<number>(ROWS).fill(Number.NEGATIVE_INFINITY)
  for (const happening of shown) mark(u, happening, name === 'offset' ? ends : [])
  u.ctx.restore()
}

function zero(u: uPlot): void {
  const { ctx, bbox } = u
  const y = Math.round(u.valToPos(0, 'y', true)) + 0.5
  if (y < bbox.top || y > bbox.top + bbox.height) return
  ctx.strokeStyle = colour('--faint')
  ctx.lineWidth = 1
  ctx.beginPath()
  ctx.moveTo(bbox.left, y)
  ctx.lineTo(bbox.left + bbox.width, y)
  ctx.stroke()
}

/** Up is behind: the source stands later than this clock. */
function sides(u: uPlot): void {
  const { ctx, bbox } = u
  const pixels = devicePixelRatio
  const { min = 0, max = 0 } = u.scales.y!
  const x = bbox.left + bbox.width - 6 * pixels
  ctx.textAlign = 'right'
  const at = (y: number) => ({ x, y, ink: colour('--soft') })
  ctx.textBaseline = 'top'
  if (max! > 0) write(ctx, '▲ behind', at(bbox.top + 4 * pixels))
  ctx.textBaseline = 'bottom'
  if (min! < 0) write(ctx, '▼ ahead', at(bbox.top + bbox.height - 4 * pixels))
}

/** `ends` says for each row of labels how far it is taken. */
function mark(u: uPlot, { kind, at, label }: Happening, ends: number[]): void {
  const { ctx, bbox } = u
  const pixels = devicePixelRatio
  const x = u.valToPos(at, 'x', true)
  const size = 4.5 * pixels
  const ink = colour(COLOURS[kind])
  ctx.font = fontOf(11 * pixels)
  const width = ctx.measureText(label).width + 4 * size
  const right = x + width < bbox.left + bbox.width - 70 * pixels
  const [from, to] = right ? [x - size, x + width] : [x - width, x + size]
  const row = ends.findIndex(end => end < from)
  if (row >= 0) ends[row] = to
  // Without a label of its own it begins below those of others.
  const top = bbox.top + (10 + (row < 0 ? ends.length : row) * ROW_HEIGHT) * pixels
  ctx.strokeStyle = ink
  ctx.fillStyle = ink
  ctx.lineWidth = pixels
  ctx.setLineDash([3 * pixels, 3 * pixels])
  ctx.beginPath()
  ctx.moveTo(x, top)
  ctx.lineTo(x, bbox.top + bbox.height)
  ctx.stroke()
  ctx.setLineDash([])
  head(ctx, kind, { x, y: top, size })
  if (row < 0) return
  ctx.textAlign = right ? 'left' : 'right'
  ctx.textBaseline = 'middle'
  write(ctx, label, { x: x + (right ? 2 : -2) * size, y: top, ink })
}

/** The shapes of report/explain/page/parts.ts. */
function head(
  ctx: CanvasRenderingContext2D,
  kind: HappeningKind,
  { x, y, size }: { x: number; y: number; size: number },
): void {
  ctx.beginPath()
  if (kind === 'pause') ctx.rect(x - size, y - size, 2 * size, 2 * size)
  else if (kind === 'jump') ctx.arc(x, y, size, 0, 2 * Math.PI)
  else if (kind === 'set')
    polygon(ctx, [x, y - 1.3 * size, x + 1.3 * size, y, x, y + 1.3 * size, x - 1.3 * size, y])
  else if (kind === 'step') polygon(ctx, [x, y - size, x + size, y + size, x - size, y + size])
  else {
    ctx.moveTo(x - size, y - size)
    ctx.lineTo(x + size, y + size)
    ctx.moveTo(x + size, y - size)
    ctx.lineTo(x - size, y + size)
    ctx.lineWidth = size / 2
    ctx.stroke()
    return
  }
  ctx.fill()
}

function polygon(ctx: CanvasRenderingContext2D, points: readonly number[]): void {
  for (let i = 0; i < points.length; i += 2) ctx.lineTo(points[i]!, points[i + 1]!)
  ctx.closePath()
}

/** Legible on top of lines: with a rim of paper around it. */
function write(ctx: CanvasRenderingContext2D, text: string, at: { x: number; y: number; ink: string }): void {
  ctx.font = fontOf(11 * devicePixelRatio)
  ctx.lineJoin = 'round'
  ctx.lineWidth = 4 * devicePixelRatio
  ctx.strokeStyle = colour('--paper')
  ctx.strokeText(text, at.x, at.y)
  ctx.fillStyle = at.ink
  ctx.fillText(text, at.x, at.y)
}
