/** Explains lines of text as the logs of one host. */
import { HostLog } from '#analysis/log/host-log.ts'
import { type Explained, explainHost } from '#diagnosis/explain.ts'
import { LOG_FORMATS } from '#dialects/formats.ts'
import { Router } from '#dialects/log/router.ts'
import { SourceTable } from '#dialects/log/source-table.ts'
import { BASE_DAY } from './pieces.ts'

export const explain = (...lines: readonly string[]): Explained => explainNamed(undefined, lines)

/** As lines of one file of that name. */
export function explainNamed(file: string | undefined, lines: readonly string[]): Explained {
  const log = new HostLog()
  const sources = new SourceTable()
  const router = new Router(LOG_FORMATS, {
    baseDay: BASE_DAY,
    nearDay: BASE_DAY,
    file: 0,
    sources,
    tell: piece => log.tell(piece),
  })
  router.push(new TextEncoder().encode(lines.map(line => `${line}\n`).join('')))
  router.finish()
  return explainHost({
    name: 'a',
    log,
    baseDay: BASE_DAY,
    sourceNames: sources.names,
    ...(file && { fileNames: [file] }),
  })
}
