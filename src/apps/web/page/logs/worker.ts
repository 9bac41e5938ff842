/** Reads and explains logs beside the page, so that it stays alive meanwhile. It has no way to anywhere else. */
import { allCurves } from '#report/explain/curves.ts'
import { reportSections } from '#report/explain/page/page.ts'
import type { FromWorker, ToWorker } from './messages.ts'
import { readGiven } from './read.ts'

const answer = (message: FromWorker): void => postMessage(message)

addEventListener('message', async ({ data }: MessageEvent<ToWorker>) => {
  try {
    const { hosts, logs } = await readGiven(data, done => answer({ kind: 'progress', ...done }))
    const curves = allCurves(hosts)
    answer({ kind: 'done', report: reportSections(hosts, curves, logs), curves: curves.flat() })
  } catch (error) {
    answer({ kind: 'failed', why: error instanceof Error ? error.message : String(error) })
  }
})
