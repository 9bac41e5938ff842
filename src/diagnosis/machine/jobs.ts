/** Jobs that set the clock of a machine: which of them do so again and again, and how each is taken out. */
import type { ClockJob, Inventory } from '#core/guest/inventory.ts'
import { settingOfJob } from '#dialects/linux/crontab.ts'
import { kindOf } from '../lint/file-kind.ts'
import type { Action } from '../repair/action.ts'
import { wordsToStop } from '../service-words.ts'
import { activeDaemons, isPresumed } from './subject.ts'

/** Jobs that set the clock again and again, and those of them that cannot: ntpd has the port from which they would ask. */
export function repeatedJobs(inventory: Inventory): { setting: ClockJob[]; shutOut: ClockJob[] } {
  const repeated = inventory.jobs.filter(({ repeats }) => repeats)
  const hasPort = activeDaemons(inventory).some(each => each.name === 'ntpd' && !isPresumed(each))
  return {
    setting: repeated.filter(({ takesPort }) => !takesPort || !hasPort),
    shutOut: repeated.filter(({ takesPort }) => takesPort && hasPort),
  }
}

export const wordsFor = ({ unit, name, script, command }: ClockJob): string[] =>
  unit && !script
    ? wordsToStop({ name, unit: { name: unit } })
    : [`${script ?? name}: without "${command.value}"`]

/** A line of a table that does nothing else is an edit of the linter's; what has other work in it is for a person to part. */
export function actionsFor({ unit, name, script, command }: ClockJob): Action[] {
  if (unit && !script) return [{ kind: 'stop', daemon: name, unit }]
  const isTable = kindOf({ path: name, text: '' }) === 'crontab'
  if (isTable && !script && settingOfJob({ command: command.value, fed: false }, name)?.alone) return []
  const line = command.evidence[0]?.line
  return [
    {
      kind: 'host',
      where: line === undefined ? name : `${script ?? name}, line ${line}`,
      lines: [`take out only what sets the clock, and leave what else is there: ${command.value}`],
    },
  ]
}
