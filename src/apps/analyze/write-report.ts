/** Writes what an analysis found into files: the report, a picture, a script for gnuplot. */
import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import type { Explained } from '#diagnosis/explain.ts'
import { withLiteralColours } from '#report/chart/literal.ts'
import { type Element, print } from '#report/chart/svg.ts'
import { CHART_STYLE } from '#report/chart/theme.ts'
import { allCurves } from '#report/explain/curves.ts'
import { deviationsPicture } from '#report/explain/deviations.ts'
import { gnuplotScript } from '#report/explain/gnuplot.ts'
import type { LogFiles } from '#report/explain/page/logs.ts'
import { type Embedded, reportPage } from '#report/explain/page/page.ts'
import { offsetPicture } from '#report/explain/picture.ts'
import { version } from '../version.ts'
import { webDirectory } from '../web/assets.ts'

export interface ReportFiles {
  readonly html?: string
  readonly svg?: string
  readonly png?: string
  readonly gnuplot?: string
  /** What svg and png show. */
  readonly plot?: Plot
}

export type Plot = (typeof PLOTS)[number]
export const PLOTS = ['offset', 'deviations'] as const

export interface Found {
  readonly hosts: readonly Explained[]
  readonly logs: LogFiles
}

export interface Written {
  readonly file: string
  /** Undefined when there was nothing to draw, and so it was not written. */
  readonly bytes: number | undefined
}

/** Those that were asked for. A picture needs a curve. */
export async function writeReports(files: ReportFiles, found: Found): Promise<Written[]> {
  const curves = allCurves(found.hosts).flat()
  const written: Written[] = []
  const write = async (
    file: string | undefined,
    make: () => Promise<string | Uint8Array | undefined> | string | undefined,
  ) => {
    if (file === undefined) return
    const content = await make()
    if (content !== undefined) await writeFile(file, content)
    written.push({ file, bytes: content === undefined ? undefined : Buffer.byteLength(content) })
  }
  const svg = () => {
    const picture: Element | undefined =
      files.plot === 'deviations' ? deviationsPicture(found.hosts) : offsetPicture(curves, { alone: true })
    return picture && `${print(withLiteralColours(picture))}\n`
  }
  await write(files.html, () => html(found))
  await write(files.svg, svg)
  await write(files.png, async () => {
    const picture = svg()
    return picture && (await import('../pixels.ts')).toPng(picture)
  })
  await write(files.gnuplot, () => gnuplotScript(curves))
  return written
}

async function html({ hosts, logs }: Found): Promise<string> {
  const directory = await webDirectory()
  const script = await readFile(`${directory}/report.js`, 'utf8')
  const style = await readFile(`${directory}/report.css`, 'utf8')
  return reportPage({
    hosts,
    logs,
    version,
    script: embedded(script.trim()),
    style: embedded(`${style.trim()}${CHART_STYLE}`),
  })
}

const embedded = (text: string): Embedded => ({
  text,
  digest: `sha256-${createHash('sha256').update(text).digest('base64')}`,
})
