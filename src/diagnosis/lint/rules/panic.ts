/**
 * panic-exit-ahead: ntpd ends itself when it is more than 1000 s off. `-g` forgives that once, and the first update after the start
 * uses it up. panic-not-first: ntpd before 4.2.6 obeys its file line by line, so `tinker panic 0` must stand first (VMware
 * KB 1006427).
 */
import type { Fact } from '#core/guest/inventory.ts'
import { listOf } from '#dialects/linux/unit.ts'
import { isBefore } from '#dialects/ntpd/version.ts'
import type { Edit } from '../../finding.ts'
import { inGuests } from '../advice.ts'
import { lastSetting } from '../reads.ts'
import { found, type LintRule } from '../rule.ts'
import { evidenceAt, type LintSubject, lineOf, ntpdOptions, wholeUnits } from '../subject.ts'
import { withoutSetting } from '../take-out.ts'

export const panic: LintRule = subject => [...panicExitAhead(subject), ...panicNotFirst(subject)]

const panicExitAhead: LintRule = subject => {
  const { isGuest, ntpd } = subject.machine
  const [main] = subject.ntp.filter(part => part.main)
  if (isGuest === false || !main || main.read.written.length === 0) return []
  const said = lastSetting(subject, ({ tinker }) => tinker.get('panic'))
  if (said?.value === 0) return []
  const licence = ntpdOptions(subject).find(({ options }) => options.allowPanic)
  const threshold = said?.value ?? 1000
  const evidence = [
    said
      ? evidenceAt(subject, said.file, said.line)
      : evidenceAt(subject, main.file, main.read.written[0]!.line),
    ...(licence ? [evidenceAt(subject, licence.file, licence.line)] : []),
  ]
  const restart = restartOf(subject)
  return [
    found({
      name: 'panic-exit-ahead',
      severity: isGuest ? 'warning' : 'note',
      what: `${inGuests(subject)} ntpd ends itself after a pause of more than ${threshold} s${said ? '' : ': there is no `tinker panic 0`'}.${licence ? ' `-g` forgives that once, and the first update after the start uses it up.' : ''}`,
      measures: { panic: threshold },
      evidence: [...evidence, ...(restart?.evidence ?? [])],
      cost: restart
        ? `After a long suspend, or a snapshot that is restored, systemd starts it again (\`Restart=${restart.value}\`), ${licence ? 'and with `-g` it sets the clock then, however far that is; until it has ended, and measured anew, the clock is wrong.' : 'and without `-g` it ends again as soon as it has measured the clock, time after time: nobody keeps it any more.'}`
        : 'After a long suspend, or a snapshot that is restored, nobody keeps the clock any more.',
      remedy: {
        daemon: 'ntpd',
        version: ntpd?.numbers.join('.'),
        text: 'Put `tinker panic 0` into the first line of ntp.conf: every version reads it there.',
        changes: ['tinker panic 0'],
        edits: atTheTop(subject, main.file),
      },
      confirm: '`clockwright lab run pause-1200s` shows the end of ntpd without it.',
    }),
  ]
}

/** Its exit is a failure to systemd, by `exit(-1)`; which of the others count that, systemd.service(5) has in a table. */
const AFTER_FAILURE = /^(?:always|on-failure)$/

function restartOf({ machine, units }: LintSubject): Fact<string> | undefined {
  const known = machine.about.daemons?.find(({ name }) => name === 'ntpd' || name === 'ntpsec')?.unit?.restart
  const named = wholeUnits(units)
    .map(parts => parts.map(({ read }) => read))
    .filter(parts => listOf(parts, 'Service', 'ExecStart').some(({ value }) => /\bntpd\b/.test(value)))
    .flatMap(parts => listOf(parts, 'Service', 'Restart').slice(-1))
    .map(({ path, line, key, value }) => ({ value, evidence: [{ path, line, text: `${key}=${value}` }] }))
  return [known, ...named].find(each => each !== undefined && AFTER_FAILURE.test(each.value))
}

/** Of several lines the last counts, so that none but the first may say it. */
const atTheTop = (subject: LintSubject, file: number): Edit[] => [
  { file, line: 0, kind: 'insert-after', text: 'tinker panic 0' },
  ...withoutSetting(subject, 'panic'),
]

const panicNotFirst: LintRule = subject => {
  const { ntpd } = subject.machine
  if (ntpd && !isBefore(ntpd, [4, 2, 6, 0])) return []
  return subject.ntp.flatMap(({ file, main, path, read }) => {
    const panic = read.tinker.get('panic')
    const [first] = read.commands
    if (!main || /ntpsec/.test(path) || panic?.value !== 0 || !first || first.line === panic.line) return []
    if (/^tinker panic 0$/.test([first.name, ...first.words].join(' '))) return []
    const { line } = panic
    // What stands above it and asks nobody does no harm.
    if (read.associations.every(each => each.line > line) && read.includes.every(each => each.line > line))
      return []
    return [
      found({
        name: 'panic-not-first',
        severity: ntpd ? 'warning' : 'note',
        what: '`tinker panic 0` is not the first line: ntpd before 4.2.6 obeys its file line by line.',
        evidence: [evidenceAt(subject, file, line), evidenceAt(subject, file, first.line)],
        cost: 'There the sources of the lines above can make ntpd end itself before it comes to this one. Later versions read the whole file first.',
        remedy: {
          daemon: 'ntpd',
          version: ntpd?.numbers.join('.'),
          text: 'Make it the first line.',
          changes: [lineOf(subject, file, line).trim()],
          edits: atTheTop(subject, file),
        },
        confirm: '`ntpd --version`',
      }),
    ]
  })
}
