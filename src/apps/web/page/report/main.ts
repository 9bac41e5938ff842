/**
 * The script of a report (report/explain/page): plots in which one can move, buttons that lead to them, and lines that can be
 * copied. It reads what stands in the page and asks nothing else.
 */
import 'uplot/dist/uPlot.min.css'
import '../style/base.css'
import './report.css'
import type { HostCurves } from '#report/explain/curves.ts'
import { copyOnPress } from './copy.ts'
import { showPlots } from './plots.ts'

const curves = JSON.parse(document.getElementById('curves')!.textContent!) as HostCurves[]
const section = document.getElementById('plots')
if (section) {
  const view = showPlots(section, curves)
  for (const button of document.querySelectorAll<HTMLButtonElement>('button.show')) {
    button.hidden = false
    button.addEventListener('click', () => {
      view.zoomTo({ from: Number(button.dataset.from), to: Number(button.dataset.to) })
      section.scrollIntoView({ block: 'start' })
      section.querySelector<HTMLElement>('.frame')?.focus({ preventScroll: true })
    })
  }
}
for (const button of document.querySelectorAll<HTMLButtonElement>('button.copy')) copyOnPress(button)
