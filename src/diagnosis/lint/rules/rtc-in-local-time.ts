/**
 * rtc-in-local-time: /etc/adjtime, distributions' files, chrony.conf, a libvirt domain or a .vmx say that the hardware clock is in local
 * time. A guest that starts with it is wrong by its zone until the first step, and a daemon that watches the RTC to notice
 * pauses is misled twice a year.
 */
import { vmxValue } from '#dialects/hypervisors/vmx.ts'
import type { Edit, Evidence, Finding } from '../../finding.ts'
import type { Action } from '../../repair/action.ts'
import { WRITE_RTC_IN_UTC } from '../../repair/write-rtc.ts'
import { found, type LintRule } from '../rule.ts'
import { evidenceAt, type LintSubject, lineOf } from '../subject.ts'

export const rtcInLocalTime: LintRule = subject => [
  ...adjtime(subject),
  ...environment(subject),
  ...chrony(subject),
  ...libvirt(subject),
  ...vmx(subject),
]

const COST =
  'From boot to the first step the clock is wrong by the offset of the zone; around a change to summer time by an hour.'

const said = (
  subject: LintSubject,
  evidence: Evidence,
  what: string,
  changes: readonly string[],
  edits: readonly Edit[],
  actions: readonly Action[] = [],
): Finding =>
  found({
    name: 'rtc-in-local-time',
    severity: subject.machine.isGuest ? 'warning' : 'note',
    what,
    evidence: [evidence],
    cost: COST,
    remedy: { text: 'Keep the hardware clock in UTC.', changes, edits, actions },
    confirm: '`timedatectl`, line "RTC in local TZ"; the third line of /etc/adjtime.',
  })

/** Else the next boot, which reads these files, is off by the zone. */
const WRITE_IT = 'hwclock --systohc --utc'

const adjtime: LintRule = subject =>
  subject.files.flatMap((_, file) => {
    if (subject.kinds[file] !== 'adjtime' || lineOf(subject, file, 3).trim() !== 'LOCAL') return []
    return [
      said(
        subject,
        evidenceAt(subject, file, 3),
        'The hardware clock is in local time.',
        ['timedatectl set-local-rtc 0', WRITE_IT],
        [{ file, line: 3, kind: 'replace', text: 'UTC' }],
        [WRITE_RTC_IN_UTC],
      ),
    ]
  })

/** `UTC=false` (RHEL, old Debian), `clock="local"` (Gentoo, Alpine), `HWCLOCK="--localtime"` (SUSE). */
const environment: LintRule = subject =>
  subject.environments.flatMap(({ file, path, read }) =>
    read.assigned
      .filter(
        ({ name, value }) =>
          (name === 'UTC' && /^(?:no|false|0)$/i.test(value)) ||
          (name === 'clock' && /^local$/i.test(value)) ||
          (/^HWCLOCK/.test(name) && /--localtime|(?:^|\s)-l(?:\s|$)/.test(value)),
      )
      .map(({ line, name, text, value }) => {
        const utc = text.replace(
          value,
          name === 'UTC'
            ? /^[A-Z]/.test(value)
              ? 'TRUE'
              : /^n/i.test(value)
                ? 'yes'
                : 'true'
            : name === 'clock'
              ? 'UTC'
              : value.replace(/--localtime|-l\b/, '--utc'),
        )
        return said(
          subject,
          evidenceAt(subject, file, line),
          `${path.replace(/^.*\//, '')} says that the hardware clock is in local time.`,
          [utc, WRITE_IT],
          [{ file, line, kind: 'replace', text: utc }],
          [WRITE_RTC_IN_UTC],
        )
      }),
  )

/** chronyd takes the RTC for local time unless it is told otherwise, when it keeps one itself (`rtcfile`). */
const chrony: LintRule = subject =>
  subject.chrony.flatMap(({ file, read }) => {
    const rtcfile = read.directives.find(({ name }) => name === 'rtcfile')
    if (!rtcfile || read.directives.some(({ name }) => name === 'rtconutc' || name === 'hwclockfile'))
      return []
    return [
      said(
        subject,
        evidenceAt(subject, file, rtcfile.line),
        '`rtcfile` without `rtconutc`: chronyd takes the hardware clock for local time.',
        ['rtconutc'],
        [{ file, line: rtcfile.line, kind: 'insert-after', text: 'rtconutc' }],
      ),
    ]
  })

const IS_UTC = /^(?:Etc\/)?(?:UTC|UCT|GMT|GMT[-+]?0|Universal|Zulu|Greenwich)$/i

/** Windows wants it so. What `adjustment` says libvirt itself wrote, for a guest that had set its clock to that. */
const libvirt: LintRule = subject =>
  subject.domains.flatMap(({ file, read }) => {
    const { clock, isWindows } = read
    const { offset, basis } = clock?.attributes ?? {}
    const zone = offset === 'timezone' ? clock?.attributes.timezone : undefined
    const isLocal = offset === 'localtime' || (offset === 'variable' && basis === 'localtime')
    if (!clock || isWindows || !(isLocal || (zone !== undefined && !IS_UTC.test(zone)))) return []
    const text = lineOf(subject, file, clock.line)
    const utc =
      zone === undefined
        ? text.replace(/(offset|basis)=(["'])localtime\2/, '$1=$2utc$2')
        : text.replace(/offset=(["'])timezone\1/, 'offset=$1utc$1').replace(/\s+timezone=(["'])[^"']*\1/, '')
    const whole = zone === undefined || (/\btimezone=/.test(text) && !utc.includes('timezone'))
    return [
      said(
        subject,
        evidenceAt(subject, file, clock.line),
        `The guest finds its hardware clock in the local time of ${zone ?? 'the host'}. Only Windows expects that.`,
        [offset === 'variable' ? "<clock offset='variable' basis='utc'>" : "<clock offset='utc'>"],
        whole ? [{ file, line: clock.line, kind: 'replace', text: utc }] : [],
      ),
    ]
  })

/** Seconds that the hardware clock of the guest is ahead of UTC. */
const vmx: LintRule = subject =>
  subject.vmx.flatMap(({ file, read }) => {
    const ahead = vmxValue(read, 'rtc.diffFromUTC')
    const isWindows = /^win/i.test(vmxValue(read, 'guestOS')?.value ?? '')
    if (!ahead || isWindows || !isZone(ahead.value)) return []
    const utc = lineOf(subject, file, ahead.line).replace(/(=\s*"?)[-+]?\d+/, '$10')
    return [
      said(
        subject,
        evidenceAt(subject, file, ahead.line),
        `The guest finds its hardware clock ${Math.abs(Number(ahead.value))} s ${Number(ahead.value) > 0 ? 'ahead of' : 'behind'} UTC. Only Windows expects that.`,
        [utc.trim()],
        [{ file, line: ahead.line, kind: 'replace', text: utc }],
      ),
    ]
  })

/** What is more than a day off is told of as a value that cannot be. */
const isZone = (seconds: string): boolean =>
  /^[-+]?\d+$/.test(seconds) && Number(seconds) !== 0 && Math.abs(Number(seconds)) < 86_400
