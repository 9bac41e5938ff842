/** The script of a report in a file (report/explain/page). It reads what stands in the page and asks nothing else. */
import 'uplot/dist/uPlot.min.css'
import '../style/base.css'
import './report.css'
import type { HostCurves } from '#report/explain/curves.ts'
import { showReport } from './show.ts'

showReport(document, JSON.parse(document.getElementById('curves')!.textContent!) as HostCurves[])
