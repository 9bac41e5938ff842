/** `clockwright lint FILE…`: what is wrong with the configuration of a clock, before it is. */

import { worst } from '#diagnosis/finding.ts'
import { type About, DAEMONS, type DaemonName } from '#diagnosis/lint/about.ts'
import { kindOf } from '#diagnosis/lint/file-kind.ts'
import { lint as judge } from '#diagnosis/lint/lint.ts'
import { nearest } from '#dialects/nearest.ts'
import { encodeLint, lintScreen } from '#report/lint.ts'
import { withIncluded } from '../../../lint/included.ts'
import { keysFor, presenceFor } from '../../../lint/presence.ts'
import { readForLint } from '../../../lint/read.ts'
import { Complaint } from '../../complain.ts'
import { CRITICAL, OK, UNKNOWN, WARNING } from '../../exit.ts'
import { printJson, styler } from '../../print.ts'

interface Options {
  json?: boolean
  here?: boolean
  controlled?: boolean
  daemon?: readonly string[]
  hypervisor?: string
  kernel?: string
  architecture?: string
}

const EXIT = { good: OK, note: OK, warning: WARNING, critical: CRITICAL } as const
const WIDEST = 120

export async function lint(paths: readonly string[], options: Options): Promise<void> {
  const here = options.here ? await import('../../../lint/here.ts') : undefined
  const all = paths.length > 0 ? paths : (here?.placesHere() ?? [])
  if (all.length === 0) throw new Complaint('give files or folders, or --here for those of this machine')
  const named = readForLint(all)
  const { files, notRead: ofIncluded, misnamed, passedOver } = withIncluded(named.files)
  const kinds = files.map(kindOf)
  const notRead = [...named.notRead, ...ofIncluded]
  const report = {
    findings: judge(
      files.map(file => {
        const keysIn = keysFor(file.path)
        return { ...file, presence: presenceFor(file.path), ...(keysIn && { keysIn }) }
      }),
      { misnamed, ...here?.aboutHere(), ...given(options) },
    ),
    files: files.map(({ path }, i) => ({ path, kind: kinds[i] })),
    skipped: [...notRead, ...passedOver, ...named.skipped],
  }
  if (options.json) printJson(encodeLint(report))
  else process.stdout.write(lintScreen(report, Math.min(process.stdout.columns ?? 100, WIDEST), styler()))
  const exit = EXIT[worst(report.findings)]
  // What could not be read may be wrong, as what was named alone may be; what is known to be wrong is worse.
  const unknown = kinds.every(kind => kind === undefined) || (exit === OK && notRead.length > 0)
  process.exitCode = unknown ? UNKNOWN : exit
}

/** Only what was said: the rest may come from the machine. */
function given({ daemon, hypervisor, kernel, architecture, controlled }: Options): About {
  return {
    ...(daemon ? { daemons: daemon.filter(each => each !== 'none').map(parseDaemon) } : {}),
    ...(hypervisor === undefined ? {} : { hypervisor }),
    ...(kernel === undefined ? {} : { kernel }),
    ...(architecture === undefined ? {} : { architecture }),
    ...(controlled ? { controlled } : {}),
  }
}

const ALIASES: Readonly<Record<string, DaemonName>> = {
  ntp: 'ntpd',
  chrony: 'chronyd',
  timesyncd: 'systemd-timesyncd',
}

/** `ntpd-4.2.6p5`, `chronyd-4.3`, `ntpsec`. */
function parseDaemon(text: string): { name: DaemonName; version: string | undefined } {
  const [, said = text, version] = /^(.+?)[- ]v?(\d[\w.+~:-]*)$/.exec(text) ?? []
  const name = ALIASES[said] ?? DAEMONS.find(each => each === said)
  if (name) return { name, version }
  const near = nearest(said, [...DAEMONS, ...Object.keys(ALIASES)])
  throw new Complaint(
    `there is no daemon ${said}${near ? `; ${near} was meant?` : ''} (${DAEMONS.join(', ')}; with a version: ntpd-4.2.6p5)`,
  )
}
