/**
 * chronyd-refuses: an `include` of a file that is not there, or of a pattern in a folder that is not there (conf.c: "Could not
 * open", "Could not search for files matching"). A copy may lack what the machine has: there it counts only if the copy
 * holds other files of the same folder. A `confdir` or `sourcedir` that is not there is none to chronyd.
 */
import type { Files } from '#core/guest/files.ts'
import type { ConfigurationFile, Inventory } from '#core/guest/inventory.ts'
import { readChronyConf } from '#dialects/chrony/conf.ts'
import { linesOf } from '#dialects/named-source.ts'
import { isPattern } from '#dialects/path-pattern.ts'
import type { Finding } from '../finding.ts'
import { CHRONYD } from '../lint/rules/words.ts'
import { state, usedDaemons } from './subject.ts'

export function missingIncludes(inventory: Inventory, files: Files): Finding[] {
  return usedDaemons(inventory)
    .filter(({ name }) => name === 'chronyd')
    .flatMap(({ configuration }) => configuration.filter(({ path }) => !path.endsWith('.sources')))
    .flatMap(file => inFile(file, inventory.copy === 'live', files))
}

function inFile({ path, text }: ConfigurationFile, live: boolean, files: Files): Finding[] {
  return readChronyConf(text, path).includes.flatMap(({ kind, paths: [named = ''], line }) => {
    if (kind !== 'files' || !named.startsWith('/')) return []
    const folder = folderOf(named)
    const pattern = isPattern(named)
    const isThere = pattern ? files.exists(folder) : files.exists(named)
    if (isThere || !(live || (!pattern && files.names(folder).length > 0))) return []
    return [
      state({
        name: 'chronyd-refuses',
        severity: CHRONYD.severity,
        what: `${path} includes ${named}, and there is no ${pattern ? folder : 'such file'}.`,
        evidence: [{ path, line, text: linesOf(text)[line - 1]?.trim() ?? '' }],
        cost: CHRONYD.cost,
        causes: [],
        remedy: {
          text: `Put ${pattern ? 'the folder' : 'the file'} there, or take the line out. \`confdir\` takes a folder that may be missing.`,
        },
        confirm: CHRONYD.confirm,
      }),
    ]
  })
}

/** What stands in front of the first wildcard, up to the last slash. */
const folderOf = (path: string): string => path.replace(/[*?[\\].*$/, '').replace(/\/[^/]*$/, '') || '/'
