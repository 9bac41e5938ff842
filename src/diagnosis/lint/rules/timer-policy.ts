/**
 * timer-policy: the timers of a libvirt domain (libvirt's "Domain XML format", "Time keeping"). For a guest that has kvm-clock the
 * emulated timers matter little; taking kvm-clock away, or letting ticks fall, makes it lose time. The RTC with
 * `track='guest'` stands still with the guest, and with it goes a witness of pauses.
 */
import type { LibvirtTimer } from '#dialects/hypervisors/libvirt.ts'
import type { Edit, Finding, Severity } from '../../finding.ts'
import { found, type LintRule } from '../rule.ts'
import { evidenceAt, type LintSubject, lineOf } from '../subject.ts'

export const timerPolicy: LintRule = subject =>
  subject.domains.flatMap(({ file, read }) => {
    if (read.notUnderstood !== undefined) return []
    return read.timers.flatMap(timer =>
      judge(timer, read.isWindows).map(problem => say(subject, file, timer, problem)),
    )
  })

interface Problem {
  readonly severity: Severity
  readonly what: string
  readonly cost: string
  readonly attribute: string
  readonly instead: string
}

function judge({ attributes }: LibvirtTimer, isWindows: boolean): Problem[] {
  const { name, present, tickpolicy, track, mode } = attributes
  const problems: Problem[] = []
  if (name === 'kvmclock' && present === 'no' && !isWindows)
    problems.push({
      severity: 'warning',
      what: 'kvm-clock is taken away: a Linux guest keeps time by the emulated timers, or by a TSC that a migration may change.',
      cost: 'Ticks get lost under load, and the clock with them.',
      attribute: 'present',
      instead: 'yes',
    })
  if (name === 'hypervclock' && present === 'no' && isWindows)
    problems.push({
      severity: 'note',
      what: 'The clock that Windows reads fastest is taken away.',
      cost: 'Windows counts ticks, and loses some under load.',
      attribute: 'present',
      instead: 'yes',
    })
  if (name === 'hpet' && present === 'yes')
    problems.push({
      severity: 'note',
      what: 'The emulated HPET is there: reading it leaves the guest each time, and it does not make up for lost ticks.',
      cost: 'A guest that chooses it has a slow clock that loses time under load.',
      attribute: 'present',
      instead: 'no',
    })
  if (
    (name === 'pit' || name === 'rtc') &&
    (tickpolicy === 'discard' || (isWindows && name === 'rtc' && tickpolicy === 'delay'))
  )
    problems.push({
      severity: 'warning',
      what: `Ticks of the ${name === 'pit' ? 'PIT' : 'RTC'} that could not be delivered are ${tickpolicy === 'discard' ? 'thrown away' : 'delayed, and Windows counts them'}.`,
      cost: 'A guest that counts them falls behind while it waits for a processor.',
      attribute: 'tickpolicy',
      instead: name === 'pit' ? 'delay' : 'catchup',
    })
  if (name === 'rtc' && track === 'guest')
    problems.push({
      severity: 'note',
      what: 'The RTC stands still while the guest does.',
      cost: 'Nothing in the guest shows how long a pause was: `wall` lets it run on with the clock of the host.',
      attribute: 'track',
      instead: 'wall',
    })
  if (name === 'tsc' && mode === 'emulate')
    problems.push({
      severity: 'note',
      what: 'Each reading of the TSC leaves the guest.',
      cost: 'Programs that read the clock often are many times slower.',
      attribute: 'mode',
      instead: 'auto',
    })
  return problems
}

function say(
  subject: LintSubject,
  file: number,
  { line, lastLine, attributes }: LibvirtTimer,
  problem: Problem,
): Finding {
  const pattern = new RegExp(`${problem.attribute}=(["'])${attributes[problem.attribute]}\\1`)
  const at =
    Array.from({ length: lastLine - line + 1 }, (_, i) => line + i).find(each =>
      pattern.test(lineOf(subject, file, each)),
    ) ?? line
  const text = lineOf(subject, file, at)
  const better = text.replace(pattern, `${problem.attribute}=$1${problem.instead}$1`)
  const edits: Edit[] = better === text ? [] : [{ file, line: at, kind: 'replace', text: better }]
  return found({
    name: 'timer-policy',
    severity: problem.severity,
    what: `Timer \`${attributes.name}\`: ${problem.what}`,
    evidence: [evidenceAt(subject, file, line)],
    cost: problem.cost,
    remedy: { text: `Set \`${problem.attribute}='${problem.instead}'\`.`, changes: [better.trim()], edits },
    confirm:
      '`virsh dumpxml DOMAIN`; in the guest /sys/devices/system/clocksource/clocksource0/current_clocksource.',
  })
}
