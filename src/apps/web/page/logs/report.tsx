/** A report within the page. It has a root of its own, so that its style sheet and the page's do not meet. */
import { h, type JSX, render } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { Element } from '#report/chart/svg.ts'
import { CHART_STYLE } from '#report/chart/theme.ts'
import type { HostCurves } from '#report/explain/curves.ts'
import { drawn } from '../drawn.ts'
import { showReport } from '../report/show.ts'

const charts = new CSSStyleSheet()
charts.replaceSync(CHART_STYLE)

export function Report({
  report,
  curves,
}: {
  report: readonly Element[]
  curves: readonly HostCurves[]
}): JSX.Element {
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const root = place.current!.shadowRoot ?? place.current!.attachShadow({ mode: 'open' })
    root.adoptedStyleSheets = [charts]
    const content = document.createElement('div')
    content.className = 'sections'
    const style = document.createElement('link')
    style.rel = 'stylesheet'
    // Plots are measured when they are made.
    style.addEventListener('load', () => showReport(root, curves))
    style.href = '/report.css'
    root.replaceChildren(style, content)
    render(h('div', {}, report.map(drawn)), content)
    return () => render(null, content)
  }, [report, curves])
  return <div ref={place} class="report" />
}
