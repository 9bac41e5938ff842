/**
 * What is done so that a guest's clock comes back sooner after a pause: what the linter has found that stands in the way, and
 * settings by which its daemon notices sooner. What the lab plays "with the remedy" is what these actions lead to, and nothing
 * else.
 */
import type { TimeDaemon } from '#core/guest/inventory.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Daemon } from '#core/trace/series.ts'
import { linesOf } from '#dialects/named-source.ts'
import type { Finding, FindingName } from '../finding.ts'
import type { Action } from './action.ts'
import { correctedLine } from './corrected-line.ts'
import { hasLongPolls, quickerEdits } from './quicker.ts'

export interface PauseRemedy {
  /** In sentences. */
  readonly how: string
  /** The lines that it writes, as they are in the end. */
  readonly changes: readonly string[]
  readonly actions: readonly Action[]
}

/** What keeps a daemon from stepping the clock when it sees that it is off. */
const NO_STEP: readonly FindingName[] = ['slew-only', 'never-steps', 'makestep-expires']

/** ntpd ends itself beyond its threshold; an offset that grows on the way to it is not worth a close look. */
const NEAR_PANIC = 0.9

export function pauseRemedy(daemon: TimeDaemon, found: readonly Finding[], pause: Seconds): PauseRemedy {
  const inTheWay = found.filter(
    finding =>
      isOf(daemon, finding) &&
      (keepsFromStepping(finding) ||
        (finding.name === 'panic-exit-ahead' && pause > NEAR_PANIC * (finding.measures.panic ?? 0))),
  )
  const corrections = found
    .filter(({ name }) => name === 'misspelt')
    .flatMap(({ remedy }) => remedy.actions ?? [])
    .filter(action => action.kind === 'edit')
  const correctionsOf = (path: string, line: number): string[] =>
    corrections
      .filter(({ file, edit }) => file === path && edit.kind === 'replace' && edit.line === line)
      .map(({ edit }) => edit.text)
  const ofPolls = (path: string, line: number) =>
    correctionsOf(path, line).find(text => OF_POLLS.test(text) && !OF_POLLS.test(lineIn(daemon, path, line)))
  const quicker = quickerEdits(daemon, ofPolls)
  const actions = [...inTheWay.flatMap(({ remedy }) => remedy.actions ?? []), ...quicker]
  return {
    how: [
      ...inTheWay.map(({ remedy }) => remedy.text),
      ...(quicker.length > 0 ? ['Have the daemon notice sooner what happened, by the lines below.'] : []),
      ...(hasLongPolls(daemon)
        ? [
            'To ask the other servers more often (`minpoll 4 maxpoll 6`) would help, too; only their owners can allow that.',
          ]
        : []),
    ].join(' '),
    changes: linesIn(
      actions.flatMap(action => {
        if (action.kind !== 'edit') return []
        const { kind, line, text } = action.edit
        if (kind !== 'replace') return text
        return correctedLine(lineIn(daemon, action.file, line), text, correctionsOf(action.file, line))
      }),
    ),
    actions,
  }
}

const OF_POLLS = /\s(?:min|max)poll\s/i

const lineIn = ({ configuration }: TimeDaemon, path: string, line: number): string =>
  linesOf(configuration.find(each => each.path === path)?.text ?? '')[line - 1] ?? ''

const linesIn = (texts: readonly string[]): string[] => [
  ...new Set(
    texts
      .flatMap(text => text.split('\n'))
      .map(line => line.trim())
      .filter(line => line !== '' && !line.startsWith('#')),
  ),
]

export const keepsFromStepping = ({ name }: Finding): boolean => NO_STEP.includes(name)

const SPOKEN_OF: Readonly<Record<string, Daemon>> = {
  chronyd: 'chrony',
  ntpd: 'ntpd',
  ntpsec: 'ntpd',
  openntpd: 'other',
}

/** As findings speak of it. */
export const spokenOf = ({ name }: TimeDaemon): Daemon | undefined => SPOKEN_OF[name]

/** Is it about this daemon? */
export const isOf = (daemon: TimeDaemon, { remedy }: Finding): boolean => remedy.daemon === spokenOf(daemon)
