/** Jobs that set the clock of a machine: which of them do so again and again, and how each is taken out. */
import type { ClockJob, Inventory, TimeDaemon } from '#core/guest/inventory.ts'
import { settingOfJob } from '#dialects/linux/crontab.ts'
import { kindOf } from '../lint/file-kind.ts'
import type { Action } from '../repair/action.ts'
import { whyNotOurs } from '../repair/not-ours.ts'
import { wordsToStop } from '../service-words.ts'
import { heardNobody } from './nobody-to-follow.ts'
import { activeDaemons, isPresumed, namesSources } from './subject.ts'

/** Jobs that set the clock again and again, and those of them that cannot: ntpd has the port from which they would ask. */
export function repeatedJobs(inventory: Inventory): { setting: ClockJob[]; shutOut: ClockJob[] } {
  const repeated = inventory.jobs.filter(({ repeats }) => repeats)
  const hasPort = activeDaemons(inventory).some(each => each.name === 'ntpd' && !isPresumed(each))
  return {
    setting: repeated.filter(({ takesPort }) => !takesPort || !hasPort),
    shutOut: repeated.filter(({ takesPort }) => takesPort && hasPort),
  }
}

export const wordsFor = ({ unit, name, script, command, around = [] }: ClockJob): string[] =>
  unit && !script
    ? wordsToStop({ name, unit: { name: unit } })
    : [
        `${script ?? name}: without ${[command.value, ...around.map(({ text }) => text)].map(each => `"${each}"`).join(' and ')}`,
      ]

/** A line of a table that does nothing else is an edit of the linter's; what has other work in it is for a person to part. */
export function actionsFor({ unit, name, script, command, around = [] }: ClockJob): Action[] {
  if (unit && !script) return [{ kind: 'stop', daemon: name, unit }]
  const isTable = kindOf({ path: name, text: '' }) === 'crontab'
  if (isTable && !script && settingOfJob({ command: command.value, fed: false }, name)?.alone) return []
  const line = command.evidence[0]?.line
  return [
    {
      kind: 'host',
      where: line === undefined ? name : `${script ?? name}, line ${line}`,
      lines: [
        `take out only what sets the clock, and leave what else is there: ${command.value}`,
        ...(around.length > 0
          ? [
              `with it what stops a daemon for it and starts it again: ${around.map(({ text, line: nth }) => `${text} (line ${nth})`).join(', ')}`,
            ]
          : []),
      ],
    },
  ]
}

/**
 * Jobs that are in the way of a daemon once it keeps the clock. Where it is not sure that it will (whom it follows is not said, nobody
 * was heard, or somebody has to start it first) they are left to a person, for they are all that sets the clock.
 */
export function jobsInTheWay(
  inventory: Inventory,
  daemon: TimeDaemon,
  keepsIt: 'by the plan' | 'once it is started',
): { readonly changes: string[]; readonly actions: Action[] } {
  const jobs = inventory.jobs.filter(
    ({ repeats, unlessRuns, takesPort }) =>
      repeats && unlessRuns === undefined && !(takesPort && daemon.name === 'ntpd'),
  )
  const sure = keepsIt === 'by the plan' && namesSources(daemon) && !heardNobody(daemon, inventory)
  return {
    changes: jobs.flatMap(wordsFor),
    actions: jobs.flatMap(job => (sure ? takenOut(job) : [byHand(job, daemon)])),
  }
}

export function takenOut(job: ClockJob): Action[] {
  const actions = actionsFor(job)
  const line = job.command.evidence[0]?.line
  return actions.length > 0 || line === undefined || whyNotOurs(job.name) !== undefined
    ? actions
    : [{ kind: 'edit', file: job.name, edit: { kind: 'delete', line, text: '' } }]
}

const byHand = (job: ClockJob, { name }: TimeDaemon): Action => ({
  kind: 'host',
  where: `${job.script ?? job.name}, once ${name} keeps the clock`,
  lines: wordsFor(job),
})
