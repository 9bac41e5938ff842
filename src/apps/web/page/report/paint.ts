/** What is drawn on top of the lines: zero, which side is which, and marks where something happened. */
import type uPlot from 'uplot'
import type { Happening, HappeningKind } from '#report/explain/happenings.ts'
import { chooseLabels, LABEL_ROWS, type Placed } from '#report/explain/labels.ts'
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
const ROW_HEIGHT = 15

export function paintOver(u: uPlot, view: View, name: PlotName): void {
  u.ctx.save()
  if (name === 'offset') {
    zero(u)
    sides(u)
  }
  const hosts = view.hosts.filter((_, i) => !view.hidden.has(i))
  const shown = hosts
    .flatMap(host => host.happenings.map(each => ({ ...each, host: host.name })))
    .filter(({ at }) => at >= view.window.from && at <= view.window.to)
    .sort((a, b) => a.at - b.at)
  const { labels: marks, rows } = labelled(u, shown, hosts.length > 1)
  if (name !== 'offset') rows.fill(undefined)
  // What finds no room has only its shape, below the labels of the others.
  const below = name === 'offset' ? LABEL_ROWS : 0
  for (const [i, each] of marks.entries()) mark(u, each, rows[i] ?? below)
  for (const [i, each] of marks.entries()) if (rows[i] !== undefined) label(u, each, rows[i])
  u.ctx.restore()
}

type Shown = Happening & { readonly host: string }

/** Of several hosts labels name theirs where there is room for all of it: the list below names them anyway. */
function labelled(u: uPlot, shown: readonly Shown[], several: boolean): Placed<Measured> {
  const { left, width } = u.bbox
  const plain = shown.map(each => measured(u, each))
  const named = shown.map(each => measured(u, { ...each, label: `${each.host}: ${each.label}` }))
  return chooseLabels(several ? [named, plain] : [plain], { from: left, to: left + width })
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
  ctx.textBaseline = 'bottom'
  // Above the plot: labels of marks stand within.
  if (max! > 0) write(ctx, '▲ behind', at(bbox.top - 2 * pixels))
  if (min! < 0) write(ctx, '▼ ahead', at(bbox.top + bbox.height - 4 * pixels))
}

interface Measured {
  readonly kind: HappeningKind
  readonly text: string
  readonly x: number
  /** Its label stands to the right of the line. */
  readonly right: boolean
  readonly from: number
  readonly to: number
}

const SIZE = 4.5

function measured(u: uPlot, { kind, at, label }: Happening): Measured {
  const { ctx, bbox } = u
  const pixels = devicePixelRatio
  const x = u.valToPos(at, 'x', true)
  ctx.font = fontOf(11 * pixels)
  const width = ctx.measureText(label).width + 4 * SIZE * pixels
  const end = bbox.left + bbox.width
  // Where it fits on neither side, the side with more room.
  const right = x + width < end || (x - width < bbox.left && end - x > x - bbox.left)
  const head = SIZE * pixels
  return { kind, text: label, x, right, from: right ? x - head : x - width, to: right ? x + width : x + head }
}

const rowAt = ({ bbox }: uPlot, row: number): number => bbox.top + (10 + row * ROW_HEIGHT) * devicePixelRatio

function mark(u: uPlot, { kind, x }: Measured, row: number): void {
  const { ctx, bbox } = u
  const pixels = devicePixelRatio
  const top = rowAt(u, row)
  ctx.strokeStyle = colour(COLOURS[kind])
  ctx.fillStyle = ctx.strokeStyle
  ctx.lineWidth = pixels
  ctx.setLineDash([3 * pixels, 3 * pixels])
  ctx.beginPath()
  ctx.moveTo(x, top)
  ctx.lineTo(x, bbox.top + bbox.height)
  ctx.stroke()
  ctx.setLineDash([])
  head(ctx, kind, { x, y: top, size: SIZE * pixels })
}

function label(u: uPlot, { kind, text, x, right }: Measured, row: number): void {
  const { ctx } = u
  ctx.textAlign = right ? 'left' : 'right'
  ctx.textBaseline = 'middle'
  const aside = 2 * SIZE * devicePixelRatio
  write(ctx, text, { x: x + (right ? aside : -aside), y: rowAt(u, row), ink: colour(COLOURS[kind]) })
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
