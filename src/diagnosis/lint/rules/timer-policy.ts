/**
 * timer-policy: the timers of a libvirt domain (libvirt's "Domain XML format", "Time keeping"). For a guest that has kvm-clock the
 * emulated timers matter little; taking kvm-clock away, or letting ticks fall, makes it lose time. The RTC with
 * `track='guest'` stands still with the guest, and with it goes a witness of pauses. `offset='absolute'` begins at one time at each start.
 */
import type { LibvirtDomain, LibvirtTimer } from '#dialects/hypervisors/libvirt.ts'
import type { Edit, Finding, Severity } from '../../finding.ts'
import { found, type LintRule } from '../rule.ts'
import { evidenceAt, type LintSubject, lineOf } from '../subject.ts'

export const timerPolicy: LintRule = subject =>
  subject.domains.flatMap(({ file, read }) => {
    if (read.notUnderstood !== undefined) return []
    return [
      ...read.timers.flatMap(timer =>
        judge(timer, read.isWindows).map(problem => say(subject, file, timer, problem)),
      ),
      ...withoutHyperClock(subject, file, read),
      ...fixedStart(subject, file, read),
    ]
  })

function fixedStart(subject: LintSubject, file: number, { clock }: LibvirtDomain): Finding[] {
  const { offset, start = '' } = clock?.attributes ?? {}
  if (!clock || offset !== 'absolute' || !/^\d+$/.test(start)) return []
  const text = lineOf(subject, file, clock.line)
  const utc = text.replace(/offset=(["'])absolute\1/, 'offset=$1utc$1').replace(/\s+start=(["'])\d+\1/, '')
  const whole = /\butc\b/.test(utc) && !/\bstart=/.test(utc) && /\bstart=/.test(text)
  return [
    found({
      name: 'timer-policy',
      severity: 'warning',
      what: `\`offset='absolute'\` with \`start='${start}'\`: at each start the hardware clock of this guest shows the same time, whatever time it is.`,
      evidence: [evidenceAt(subject, file, clock.line)],
      cost: 'From boot to the first step of a daemon the guest is in the past: certificates are not valid yet, and logs have wrong times.',
      remedy: {
        text: "Write `offset='utc'`, unless a program is tested with that time.",
        changes: ["<clock offset='utc'>"],
        edits: whole ? [{ file, line: clock.line, kind: 'replace', text: utc }] : [],
      },
      confirm: '`hwclock --show` in the guest, right after its start.',
    }),
  ]
}

/** KVM gives Windows a clock that it reads as fast as on Hyper-V, and only where it is told to. */
function withoutHyperClock(
  subject: LintSubject,
  file: number,
  { clock, timers, isWindows, type }: LibvirtDomain,
): Finding[] {
  if (!isWindows || type !== 'kvm' || timers.some(({ attributes }) => attributes.name === 'hypervclock'))
    return []
  const line = clock?.line ?? 1
  const text = lineOf(subject, file, line)
  const [, indent = '', head = ''] = /^(\s*)(<clock\b[^>]*?)\s*\/>\s*$/.exec(text) ?? []
  const opens = /^(\s*)<clock\b[^>]*[^/]>\s*$/.exec(text)
  const timer = "<timer name='hypervclock' present='yes'/>"
  const edits: Edit[] = opens
    ? [{ file, line, kind: 'insert-after', text: `${opens[1]}  ${timer}` }]
    : clock && head !== ''
      ? [{ file, line, kind: 'replace', text: `${indent}${head}>\n${indent}  ${timer}\n${indent}</clock>` }]
      : []
  return [
    found({
      name: 'timer-policy',
      severity: 'note',
      what: 'This guest is Windows, and there is no timer `hypervclock`: the clock that Windows reads fastest.',
      evidence: [evidenceAt(subject, file, line)],
      cost: 'Windows counts ticks of an emulated timer: reading the clock is slow, an idle guest costs the host time, and under load ticks get lost.',
      remedy: {
        text: "Add the timer to the clock. It needs no tick of the others: the RTC may keep `tickpolicy='catchup'`.",
        changes: [timer],
        edits,
      },
      confirm: '`virsh dumpxml DOMAIN`; on the command line of QEMU: hv-time.',
    }),
  ]
}

/** In Hz; a thousandth of it is meant in MHz, and what lies between in kHz. */
const SLOWEST_TSC = 100e6

interface Problem {
  readonly severity: Severity
  readonly what: string
  readonly cost: string
  readonly attribute: string
  readonly instead: string
}

function judge({ attributes }: LibvirtTimer, isWindows: boolean): Problem[] {
  const { name, present, tickpolicy, track, mode, frequency } = attributes
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
  const hertz = Number(frequency)
  if (name === 'tsc' && hertz > 0 && hertz < SLOWEST_TSC)
    problems.push({
      severity: 'warning',
      what: `\`frequency\` is in hertz, and no processor counts ${frequency} a second.`,
      cost: 'A host that cannot make such a TSC does not start the guest; on one that can, the guest counts time by it.',
      attribute: 'frequency',
      instead: String(hertz < SLOWEST_TSC / 1000 ? hertz * 1e6 : hertz * 1e3),
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
  const put = (tag: string): string => tag.replace(pattern, `${problem.attribute}=$1${problem.instead}$1`)
  // Several may stand on one line, and have the same attribute.
  const better =
    lastLine > line
      ? put(text)
      : text.replace(/<timer\b[^>]*/g, tag => (isNamed(tag, attributes.name) ? put(tag) : tag))
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

const isNamed = (tag: string, name = ''): boolean => new RegExp(`\\bname=(["'])${name}\\1`).test(tag)
