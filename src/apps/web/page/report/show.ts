/** Gives a report that stands somewhere its life: plots in which one can move, buttons that lead to them, lines to copy. */
import type { HostCurves } from '#report/explain/curves.ts'
import { copyOnPress } from './copy.ts'
import { showPlots } from './plots.ts'

export function showReport(root: ParentNode, curves: readonly HostCurves[]): void {
  const section = root.querySelector<HTMLElement>('#plots')
  if (section) {
    const view = showPlots(section, curves)
    for (const button of root.querySelectorAll<HTMLButtonElement>('button.show')) {
      button.hidden = false
      button.addEventListener('click', () => {
        view.zoomTo({ from: Number(button.dataset.from), to: Number(button.dataset.to) })
        section.scrollIntoView({ block: 'start' })
        section.querySelector<HTMLElement>('.frame')?.focus({ preventScroll: true })
      })
    }
  }
  for (const button of root.querySelectorAll<HTMLButtonElement>('button.copy')) copyOnPress(button)
}
