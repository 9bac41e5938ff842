/** Hands on a plot: drag to zoom (uPlot selects, we go there), Shift or a finger to pan, a sideways wheel, double-click to follow. */
import { signal } from '@preact/signals'
import type uPlot from 'uplot'
import { follow, panBy, shown, zoomTo } from './window.ts'

/** Where the shared cursor stands, and over which plot. */
export interface CursorAt {
  readonly plot: string
  readonly x: number
  /** Where that is in the plot's frame, in pixels. */
  readonly left: number
  readonly top: number
  readonly width: number
}
export const cursorAt = signal<CursorAt | undefined>(undefined)

/** A movement of fewer pixels is a click. */
const LEAST_DRAG = 5

export function cursorOptions(): uPlot.Cursor {
  return {
    y: false,
    points: { show: false },
    drag: { x: true, y: false, setScale: false, dist: LEAST_DRAG },
    bind: {
      mousedown: (_u, _target, handler) => event => {
        if (!event.shiftKey) handler(event)
        return null
      },
      dblclick: () => () => {
        follow()
        return null
      },
    },
  }
}

export function zoomToSelection(u: uPlot): void {
  const { left, width } = u.select
  if (width < LEAST_DRAG) return
  const window = { from: u.posToVal(left, 'x'), to: u.posToVal(left + width, 'x') }
  u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
  zoomTo(window)
}

export function listenOn(u: uPlot, plot: string): void {
  let held: { x: number; from: number; to: number } | undefined
  const { over } = u

  over.addEventListener('pointerdown', event => {
    point(event)
    const window = shown.value
    if (!window || !(event.shiftKey || event.pointerType === 'touch')) return
    held = { x: event.clientX, ...window }
    over.setPointerCapture(event.pointerId)
  })
  over.addEventListener('pointermove', event => {
    point(event)
    if (!held || Math.abs(event.clientX - held.x) < LEAST_DRAG) return
    const by = ((held.x - event.clientX) / over.clientWidth) * (held.to - held.from)
    zoomTo({ from: held.from + by, to: held.to + by }, 'replace')
  })
  for (const end of ['pointerup', 'pointercancel'] as const)
    over.addEventListener(end, () => {
      held = undefined
    })
  // A finger that is lifted leaves the cursor where it was; touching elsewhere takes it away (timeline.tsx).
  over.addEventListener('pointerleave', event => {
    if (!held && event.pointerType !== 'touch') cursorAt.value = undefined
  })
  over.addEventListener('pointercancel', () => {
    cursorAt.value = undefined
  })
  over.addEventListener(
    'wheel',
    event => {
      if (Math.abs(event.deltaX) <= Math.abs(event.deltaY)) return
      event.preventDefault()
      panBy(event.deltaX / over.clientWidth)
    },
    { passive: false },
  )

  function point(event: PointerEvent): void {
    const { left, top } = over.getBoundingClientRect()
    cursorAt.value = {
      plot,
      x: u.posToVal(event.clientX - left, 'x'),
      left: event.clientX - left + over.offsetLeft,
      top: event.clientY - top,
      width: u.width,
    }
  }
}

/** A touch beside the plots takes the cursor away. The answer ends listening. */
export function clearOutside(): () => void {
  const listener = (event: Event) => {
    if (event.target instanceof Element && !event.target.closest('.u-over')) cursorAt.value = undefined
  }
  document.addEventListener('pointerdown', listener)
  return () => document.removeEventListener('pointerdown', listener)
}
