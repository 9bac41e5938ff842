/** The plots with their tools, in place of the picture: all share one window of time and one cursor. */
import uPlot from 'uplot'
import type { HostCurves } from '#report/explain/curves.ts'
import { isWide, linesOf, type PlotName } from './lines.ts'
import { make } from './make.ts'
import { Plot } from './plot.ts'
import { readoutText } from './readout.ts'
import { legend, toolbar } from './toolbar.ts'
import { View } from './view.ts'

const PRINTED_WIDTH = 640
/** From above to below; the second and third only where somebody logged them. */
const PLOTS: readonly PlotName[] = ['offset', 'frequency', 'delay']

export function showPlots(section: HTMLElement, hosts: readonly HostCurves[]): View {
  const view = new View(hosts, 'linear')
  if (isWide(linesOf(view, 'offset'))) view.scaling = 'logarithmic'
  const readout = make('output', { class: 'readout', 'aria-live': 'polite' })
  const sync = uPlot.sync('report')
  const names = PLOTS.filter(name => name === 'offset' || hosts.some(host => host[name] !== undefined))
  const follow = (at: number | undefined) => {
    readout.textContent = readoutText(view, at)
  }
  const moveAll = (at: number) => {
    for (const plot of plots) plot.placeCursor(at)
  }
  const plots = names.map(name => new Plot(name, view, { sync: sync.key, follow, moveAll }))
  section.replaceChildren(
    make('h2', {}, 'Plots'),
    toolbar(view, () => plots[0]!.png()),
    legend(view),
    ...plots.flatMap(plot => plot.elements),
    readout,
    make(
      'p',
      { class: 'soft small keys' },
      'Drag to zoom. With a plot in focus: ',
      make('kbd', {}, '←'),
      ' ',
      make('kbd', {}, '→'),
      ' cursor, with Shift the window; ',
      make('kbd', {}, '+'),
      ' ',
      make('kbd', {}, '−'),
      ' zoom; ',
      make('kbd', {}, '0'),
      ' the full run.',
    ),
  )
  for (const plot of plots) plot.draw()
  follow(undefined)
  view.onChange(what => {
    for (const plot of plots) plot.draw(what)
    follow(undefined)
  })
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => view.redraw())
  printWell(plots, view)
  return view
}

/** A canvas keeps the colours and the width that it was drawn with. */
function printWell(plots: readonly Plot[], view: View): void {
  const root = document.documentElement
  addEventListener('beforeprint', () => {
    root.classList.add('printing')
    for (const plot of plots) plot.fixWidth(PRINTED_WIDTH)
    view.redraw()
  })
  addEventListener('afterprint', () => {
    root.classList.remove('printing')
    for (const plot of plots) plot.fixWidth(undefined)
    view.redraw()
  })
}
