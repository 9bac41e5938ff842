/**
 * misspelt, unknown-option, wrong-values, not-understood, not-in-this-version in files of keys with values: timesyncd.conf, ntp.toml,
 * .vmx, tools.conf, libvirt domains, sysctl, /etc/sysconfig and /etc/default. Where a file may hold anything else too, only
 * what is plainly a spelling mistake is told.
 */

import type { Seconds } from '#core/time/units.ts'
import { parseChronydOptions } from '#dialects/chrony/options.ts'
import { availabilityText, isKnownTo } from '#dialects/grammar.ts'
import {
  CATCHUP_NUMBER,
  CLOCK_ATTRIBUTES,
  TIMER_ATTRIBUTES,
  TIMER_FREQUENCY,
  TIMER_VALUES,
  type Value,
  type XmlTag,
} from '#dialects/hypervisors/libvirt.ts'
import { isVmxBoolean, VMX_TIME_KEYS } from '#dialects/hypervisors/vmx.ts'
import { withSysctlValue } from '#dialects/linux/sysctl.ts'
import { joinedLines } from '#dialects/linux/unit.ts'
import { BYTE_ORDER_MARK } from '#dialects/named-source.ts'
import { nearest } from '#dialects/nearest.ts'
import { parseOptions } from '#dialects/ntpd/options.ts'
import { notKnownYet, unknownKeys } from '#dialects/ntpd-rs/grammar.ts'
import { isOwn, keyTakenFor, TIMESYNCD_KEYS } from '#dialects/timesyncd/grammar.ts'
import { readSpan } from '#dialects/timesyncd/settings.ts'
import type { Finding } from '../../finding.ts'
import { found, type LintRule } from '../rule.ts'
import { evidenceAt, type LintSubject, lineOf } from '../subject.ts'
import { CHRONYD, type Manners, MOST_IN_A_FILE, mistakeFound, NTPD, type Position } from './words.ts'

const HWCLOCK: Manners = {
  daemon: 'other',
  program: 'hwclock',
  severity: 'warning',
  cost: 'hwclock warns and takes the hardware clock for UTC; whoever wrote this meant to say something.',
  confirm: '`hwclock --show --verbose`; `timedatectl`, line "RTC in local TZ".',
}
const TIMESYNCD: Manners = {
  daemon: 'timesyncd',
  program: 'systemd-timesyncd',
  severity: 'warning',
  cost: 'systemd-timesyncd warns in the log and goes on without the line.',
  confirm:
    '`journalctl -u systemd-timesyncd` after a restart; `systemd-analyze cat-config systemd/timesyncd.conf`.',
}
const NTPD_RS: Manners = {
  daemon: 'other',
  program: 'ntpd-rs',
  severity: 'critical',
  cost: 'ntpd-rs does not start: nobody keeps the clock.',
  confirm: '`ntp-ctl validate`',
}
const VMWARE: Manners = {
  daemon: 'other',
  program: 'VMware',
  severity: 'warning',
  cost: 'VMware passes over keys that it does not know: the setting has no effect, and nothing says so.',
  confirm: 'In the guest: `vmware-toolbox-cmd timesync status`.',
}
const LIBVIRT: Manners = {
  daemon: 'other',
  program: 'libvirt',
  severity: 'critical',
  cost: 'libvirt refuses to define the domain.',
  confirm: '`virt-xml-validate FILE domain`',
}
/** Attributes that libvirt does not look for; its schema refuses them. */
const PASSED_OVER: Manners = {
  ...LIBVIRT,
  severity: 'warning',
  cost: 'libvirt passes over it, so that nothing is set; `virsh edit` and `virsh define --validate` refuse it.',
}
const KERNEL: Manners = {
  daemon: 'other',
  program: 'the kernel',
  severity: 'warning',
  cost: '`sysctl` says that there is no such key, and nothing is set.',
  confirm: '`sysctl -p FILE`',
}
const STARTER = (program: string): Manners => ({
  daemon: program === 'chronyd' ? 'chrony' : 'ntpd',
  program,
  severity: 'critical',
  cost: `${program} prints its usage and ends: nobody keeps the clock.`,
  confirm: `Start ${program} by hand with these options.`,
})

export const keys: LintRule = subject =>
  [timesyncd, ntpdRs, vmx, tools, libvirt, sysctl, environment, options, adjtime].flatMap(check =>
    check(subject),
  )

const settingOf = (of: string) => ({ kind: 'setting', of }) as const
const SECTION = { kind: 'section', of: 'timesyncd.conf' } as const

const timesyncd: LintRule = subject =>
  subject.timesyncd.flatMap(({ file }) => {
    const findings: Finding[] = []
    let section = ''
    for (const { line, content } of joinedLines(subject.files[file]!.text)) {
      const header = /^\[([^\]]*)\]$/.exec(content)
      const [, key = '', value = ''] = /^([^=]+?)\s*=\s*(.*)$/.exec(content) ?? []
      const at: Position = { file, line, directive: key, is: settingOf('[Time]') }
      if (header) {
        section = header[1]!
        if (section !== 'Time' && !isOwn(section))
          findings.push(unknown(subject, { ...at, is: SECTION }, section, ['Time'], TIMESYNCD))
      } else if (key === '' || section === '')
        findings.push(
          plain(
            subject,
            file,
            line,
            key === ''
              ? 'This is neither a [section] nor a key with its value.'
              : 'This stands before [Time], and is not read.',
            TIMESYNCD,
          ),
        )
      else if (section === 'Time') {
        const known = TIMESYNCD_KEYS.get(key)
        if (isOwn(key)) continue
        if (!known)
          findings.push(unknown(subject, at, key, TIMESYNCD_KEYS.keys(), TIMESYNCD, keyTakenFor(key)))
        else if (!isKnownTo(subject.machine.timesyncd, known))
          findings.push(
            mistakeFound(
              subject,
              at,
              { kind: 'not-in-this-version', word: key, meant: undefined, expected: availabilityText(known) },
              TIMESYNCD,
            ),
          )
        else if (key.endsWith('Sec') && value !== '' && value !== 'infinity' && readSpan(value) === undefined)
          findings.push(
            mistakeFound(
              subject,
              at,
              {
                kind: 'wrong-value',
                word: value,
                meant: undefined,
                expected: 'a span of time as systemd writes it, `30s` or `5min`',
              },
              TIMESYNCD,
            ),
          )
      }
    }
    return findings.slice(0, MOST_IN_A_FILE)
  })

const ntpdRs: LintRule = subject =>
  subject.ntpdRs.flatMap(({ file, read }) => [
    ...unknownKeys(subject.files[file]!.text)
      .slice(0, MOST_IN_A_FILE)
      .map(({ line, word, known }) =>
        unknown(subject, { file, line, directive: word, is: settingOf('ntp.toml') }, word, known, NTPD_RS),
      ),
    ...notKnownYet(subject.files[file]!.text, subject.machine.ntpdRs)
      .slice(0, MOST_IN_A_FILE)
      .map(({ line, word, known }) =>
        withOlderName(
          word,
          mistakeFound(
            subject,
            { file, line, directive: word, is: settingOf('ntp.toml') },
            { kind: 'not-in-this-version', word, meant: undefined, expected: availabilityText(known) },
            NTPD_RS,
          ),
        ),
      ),
    ...read.notUnderstood
      .slice(0, MOST_IN_A_FILE)
      .map(({ line, why, text }) =>
        plain(
          subject,
          file,
          line,
          text === '' ? `This is no TOML: ${why}.` : `\`${text}\`: ${why}.`,
          NTPD_RS,
        ),
      ),
  ])

/** Without either no version starts. */
const withOlderName = (word: string, finding: Finding): Finding =>
  word !== 'precision'
    ? finding
    : {
        ...finding,
        remedy: {
          ...finding.remedy,
          text: `Use a version that knows it, or give \`measurement_noise_estimate\` instead.`,
        },
      }

const vmx: LintRule = subject =>
  subject.vmx.flatMap(({ file, read }) => {
    const known = new Map(VMX_TIME_KEYS.map(key => [key.toLowerCase(), key]))
    return read.lines.flatMap(({ line, key, value }) => {
      const at = { file, line, directive: key }
      if (!known.has(key)) {
        // Of all that may stand in such a file only what begins like a setting of time is judged.
        const meant = /^(?:tools\.s|time|sync|host\.[cn]|ptsc|rtc\.|monitor_control\.virtual_r)/.test(key)
          ? nearest(key, known.keys())
          : undefined
        return meant === undefined
          ? []
          : [
              mistakeFound(
                subject,
                at,
                {
                  kind: 'unknown-directive',
                  word: lineKey(subject, file, line),
                  meant: known.get(meant)!,
                  expected: '',
                },
                VMWARE,
              ),
            ]
      }
      if (
        /^(?:tools\.synctime|time\.synchronize\.(?!tools\.(?:slew|percent)|guest)|host\.notsc|ptsc\.notsc|monitor_control\.virtual_rdtsc)/.test(
          key,
        ) &&
        !isVmxBoolean(value)
      )
        return [
          mistakeFound(
            subject,
            at,
            { kind: 'wrong-value', word: value, meant: undefined, expected: 'TRUE or FALSE' },
            VMWARE,
          ),
        ]
      const expected = isRightSeconds(key, value) ? undefined : VMX_SECONDS[key]!.expected
      return expected === undefined
        ? []
        : [
            mistakeFound(
              subject,
              { ...at, directive: lineKey(subject, file, line) },
              { kind: 'wrong-value', word: value, meant: undefined, expected },
              VMWARE,
            ),
          ]
    })
  })

/** No zone is further from UTC than 14 h. */
const FURTHEST: Seconds = 14 * 3600
const VMX_SECONDS: Readonly<Record<string, { readonly expected: string; readonly most: Seconds }>> = {
  'rtc.difffromutc': { expected: 'how far the zone is from UTC, in seconds', most: FURTHEST },
  'rtc.starttime': { expected: 'seconds since 1970', most: Number.POSITIVE_INFINITY },
}

const isRightSeconds = (key: string, value: string): boolean => {
  const wanted = VMX_SECONDS[key]
  return !wanted || (/^[-+]?\d+$/.test(value) && Math.abs(Number(value)) <= wanted.most)
}

const lineKey = (subject: LintSubject, file: number, line: number): string =>
  /^\s*([^\s=]+)/.exec(lineOf(subject, file, line))?.[1] ?? ''

const TOOLS_TIME_KEYS = ['disable-all', 'disable-periodic']

const tools: LintRule = subject =>
  subject.tools.flatMap(({ file, read }) =>
    read.settings
      .filter(({ section, key }) => /^timesync$/i.test(section) && !TOOLS_TIME_KEYS.includes(key))
      .map(({ line, key }) =>
        unknown(
          subject,
          { file, line, directive: key, is: settingOf('[timesync]') },
          key,
          TOOLS_TIME_KEYS,
          VMWARE,
        ),
      ),
  )

const libvirt: LintRule = subject =>
  subject.domains.flatMap(({ file, read }) => {
    if (read.notUnderstood !== undefined)
      return [plain(subject, file, 1, `This is no domain of libvirt: ${read.notUnderstood}.`, LIBVIRT)]
    return [
      ...(read.clock ? clockFound(subject, file, read.clock) : []),
      ...read.timers.flatMap(({ catchup }) => (catchup ? catchupFound(subject, file, catchup) : [])),
      ...read.timers.flatMap(timer => timerFound(subject, file, timer)),
    ].slice(0, MOST_IN_A_FILE)
  })

function clockFound(subject: LintSubject, file: number, clock: XmlTag): Finding[] {
  const { offset = 'utc', ...others } = clock.attributes
  const known = ownOf(CLOCK_ATTRIBUTES, offset)
  if (!known) return [attribute(subject, file, clock, 'offset', offset, Object.keys(CLOCK_ATTRIBUTES))]
  const { must, may } = known
  const at = { file, line: clock.line, directive: '<clock>' }
  return [
    ...(must !== undefined && others[must] === undefined
      ? [lacking(subject, at, `offset='${offset}'`, `\`${must}\`: ${may[must]!.expected}`)]
      : []),
    ...Object.entries(others).flatMap(([name, value]) => {
      const wanted = ownOf(may, name)
      if (wanted) return wanted.fits.test(value) ? [] : [number(subject, at, name, value, wanted)]
      return isOfClock(name)
        ? [useless(subject, at, name, `a clock with offset='${offset}'`)]
        : [unknown(subject, at, name, CLOCK_NAMES, PASSED_OVER)]
    }),
  ]
}

/** An attribute may be called `constructor`. */
const ownOf = <T>(table: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined

const CLOCK_NAMES = [
  'offset',
  ...new Set(Object.values(CLOCK_ATTRIBUTES).flatMap(({ may }) => Object.keys(may))),
]
const isOfClock = (name: string): boolean => CLOCK_NAMES.includes(name)

function timerFound(subject: LintSubject, file: number, timer: XmlTag): Finding[] {
  const at = { file, line: timer.line, directive: '<timer>' }
  const kind = timer.attributes.name
  const own = kind === undefined ? undefined : ownOf(TIMER_ATTRIBUTES, kind)
  return [
    ...(kind === undefined ? [lacking(subject, at, '<timer>', 'its `name`')] : []),
    ...Object.entries(timer.attributes).flatMap(([name, value]) => {
      const values = ownOf(TIMER_VALUES, name)
      if (!values && name !== 'frequency')
        return [unknown(subject, at, name, [...Object.keys(TIMER_VALUES), 'frequency'], PASSED_OVER)]
      if (values && !values.includes(value)) return [attribute(subject, file, timer, name, value, values)]
      if (name === 'frequency' && !TIMER_FREQUENCY.fits.test(value))
        return [number(subject, at, name, value, { ...TIMER_FREQUENCY, expected: 'Hz, a whole number' })]
      return !own || name === 'name' || name === 'present' || own.includes(name)
        ? []
        : [useless(subject, at, name, `the timer \`${kind}\``)]
    }),
  ]
}

const CATCHUP = ['threshold', 'slew', 'limit']

const catchupFound = (subject: LintSubject, file: number, { line, attributes }: XmlTag): Finding[] =>
  Object.entries(attributes).flatMap(([name, value]) => {
    const at = { file, line, directive: '<catchup>' }
    if (!CATCHUP.includes(name)) return [unknown(subject, at, name, CATCHUP, PASSED_OVER)]
    return CATCHUP_NUMBER.fits.test(value) ? [] : [number(subject, at, name, value, CATCHUP_NUMBER)]
  })

const number = (
  subject: LintSubject,
  at: Position,
  name: string,
  value: string,
  { fits, expected }: Value,
): Finding =>
  mistakeFound(
    subject,
    { ...at, directive: name },
    {
      kind: 'wrong-value',
      word: value,
      meant: fits.test('reset') ? nearest(value, ['reset']) : undefined,
      expected,
    },
    LIBVIRT,
  )

const lacking = (subject: LintSubject, at: Position, word: string, expected: string): Finding =>
  mistakeFound(subject, at, { kind: 'missing-value', word, meant: undefined, expected }, LIBVIRT)

const useless = (subject: LintSubject, { file, line }: Position, name: string, of: string): Finding =>
  found({
    name: 'unknown-option',
    severity: PASSED_OVER.severity,
    what: `\`${name}\` is no attribute of ${of}.`,
    evidence: [evidenceAt(subject, file, line)],
    cost: PASSED_OVER.cost,
    remedy: { daemon: 'other', text: 'Take it out, or put it where it belongs.' },
    confirm: LIBVIRT.confirm,
  })

const attribute = (
  subject: LintSubject,
  file: number,
  tag: XmlTag,
  name: string,
  value: string,
  known: readonly string[],
): Finding =>
  mistakeFound(
    subject,
    { file, line: tag.line, directive: name },
    {
      kind: 'wrong-value',
      word: value,
      meant: nearest(value, known),
      expected: `one of ${known.join(', ')}`,
    },
    LIBVIRT,
  )

/** Of the many keys of a kernel only the one that is about time. */
const TIME_SYSCTLS = ['xen.independent_wallclock']

const sysctl: LintRule = subject =>
  subject.sysctls.flatMap(({ file, read }) =>
    read.lines.flatMap(({ line, name, value }) => {
      const at = { file, line, directive: name }
      if (TIME_SYSCTLS.includes(name)) return /^[01]$/.test(value) ? [] : [noSwitchValue(subject, at, value)]
      const meant =
        !name.startsWith(BYTE_ORDER_MARK) && /wall|xen/.test(name) ? nearest(name, TIME_SYSCTLS) : undefined
      return meant === undefined
        ? []
        : [
            mistakeFound(
              subject,
              at,
              { kind: 'unknown-directive', word: lineKey(subject, file, line), meant, expected: '' },
              KERNEL,
            ),
          ]
    }),
  )

/** There are no comments behind a value; one that was meant as such gets a line of its own. */
function noSwitchValue(subject: LintSubject, at: Position, word: string): Finding {
  const mistake = { kind: 'wrong-value', word, meant: undefined, expected: '0 or 1' } as const
  const finding = mistakeFound(subject, at, mistake, KERNEL)
  const [, value] = /^([01])\s*[#;]/.exec(word) ?? []
  if (value === undefined) return finding
  const { file, line } = at
  const text = withSysctlValue(lineOf(subject, file, line), value)
  return {
    ...finding,
    remedy: {
      ...finding.remedy,
      text: 'Give the comment a line of its own: behind a value it is a part of that.',
      changes: text.split('\n'),
      edits: [{ file, line, kind: 'replace', text }],
    },
  }
}

/** The third line of adjtime is one of two words (adjtime_config(5)), or not there. */
const adjtime: LintRule = subject =>
  subject.kinds.flatMap((kind, file) => {
    const word = kind === 'adjtime' ? lineOf(subject, file, 3).trim() : ''
    if (word === '' || word === 'UTC' || word === 'LOCAL') return []
    const meant = nearest(word, ['utc', 'local'])?.toUpperCase()
    const mistake = { kind: 'wrong-value', word, meant, expected: '`UTC` or `LOCAL`' } as const
    return [mistakeFound(subject, { file, line: 3, directive: 'adjtime' }, mistake, HWCLOCK)]
  })

/** Variables of the files that distributions start time daemons with. */
const VARIABLES = [
  'OPTIONS',
  'NTPD_OPTS',
  'NTPD_OPTIONS',
  'DAEMON_OPTS',
  'IGNORE_DHCP',
  'NTPDATE_USE_NTP_CONF',
  'NTPSERVERS',
  'NTPOPTIONS',
  'NTPDATE_OPTIONS',
  'SYNC_HWCLOCK',
  'NTPSEC_CERTBOT_CERT_NAME',
  'NTPD_ADJUST_CMOS_CLOCK',
  'NTPD_RUN_CHROOTED',
  'HWCLOCKACCESS',
]

const environment: LintRule = subject =>
  subject.environments.flatMap(({ file, read }) =>
    read.assigned.flatMap(({ line, name }) => {
      if (VARIABLES.includes(name) || name.length < 5 || name.startsWith(BYTE_ORDER_MARK)) return []
      const meant = nearest(
        name,
        VARIABLES.map(each => each.toLowerCase()),
      )?.toUpperCase()
      if (meant === undefined || !isSlip(name, meant)) return []
      return [
        mistakeFound(
          subject,
          { file, line, directive: name },
          { kind: 'unknown-directive', word: name, meant, expected: '' },
          {
            ...NTPD,
            program: 'whatever starts the daemon',
            cost: 'The variable is not read, so the daemon is started without what it says.',
            confirm: '`systemctl show -p ExecStart` and `ps -o args` of the daemon.',
          },
        ),
      ]
    }),
  )

/** Variables of others have names that are near by chance; a slip changes a letter or two and keeps the length. */
const isSlip = (name: string, meant: string): boolean =>
  Math.abs(name.length - meant.length) <= 1 && name[0] === meant[0]

/** Options on a daemon's command line. */
const options: LintRule = subject =>
  subject.commandLines.flatMap(({ file, line, daemon, words }) => {
    const chronyd = daemon === 'chronyd'
    if (!chronyd && daemon !== 'ntpd' && daemon !== 'ntpsec') return []
    const { notUnderstood } = chronyd ? parseChronydOptions(words) : parseOptions(words)
    return notUnderstood
      .filter(word => word.startsWith('-'))
      .map(word =>
        mistakeFound(
          subject,
          { file, line, directive: chronyd ? 'chronyd' : 'ntpd' },
          { kind: 'unknown-option', word, meant: undefined, expected: '' },
          chronyd ? { ...STARTER('chronyd'), severity: CHRONYD.severity } : STARTER('ntpd'),
        ),
      )
  })

function unknown(
  subject: LintSubject,
  at: Position,
  word: string,
  known: Iterable<string>,
  manners: Manners,
  taken?: string,
): Finding {
  const names = new Map([...known].map(name => [name.toLowerCase(), name]))
  const near = nearest(word, names.keys())
  return mistakeFound(
    subject,
    at,
    {
      kind: 'unknown-option',
      word,
      meant: taken ?? (near === undefined ? undefined : names.get(near)),
      expected: '',
    },
    manners,
  )
}

/** A line that is nothing that can stand there. */
function plain(subject: LintSubject, file: number, line: number, what: string, manners: Manners): Finding {
  return found({
    name: 'not-understood',
    severity: manners.severity,
    what,
    evidence: [evidenceAt(subject, file, line)],
    cost: manners.cost,
    remedy: { daemon: manners.daemon, text: 'Correct the line, or take it out.' },
    confirm: manners.confirm,
  })
}
