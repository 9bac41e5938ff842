/**
 * unknown-option, misspelt: keys of units of time daemons that stand in a section in which systemd does not look for them
 * (systemd.unit(5), systemd.service(5), systemd.timer(5)), and conditions that are misspelt. systemd says so once in its log, and starts
 * the unit as if they were not there: a condition in [Service] holds nobody back.
 */
import { nearest } from '#dialects/nearest.ts'
import type { Edit, Finding } from '../../finding.ts'
import { found, type LintRule } from '../rule.ts'
import { evidenceAt, type LintSubject, lineOf, type Part, wholeUnits } from '../subject.ts'
import { excludesGuests, isOfTime } from './disabled-in-guests.ts'
import { type Manners, MOST_IN_A_FILE, mistakeFound } from './words.ts'

type Unit = LintSubject['units'][number]['read']
type Setting = Unit['settings'][number]

export const unitKeys: LintRule = subject =>
  wholeUnits(subject.units).flatMap(parts =>
    parts.some(isOfTime)
      ? parts.flatMap(part =>
          part.read.settings.flatMap(each => judge(subject, part, each)).slice(0, MOST_IN_A_FILE),
        )
      : [],
  )

/** Keys that matter for who keeps the time, and when; in any other section they are unknown. */
const KEYS: Readonly<Record<string, RegExp>> = {
  Unit: /^(?:(?:Condition|Assert)[A-Z]\w*|After|Before|Requires|Requisite|Wants|BindsTo|PartOf|Conflicts|DefaultDependencies|OnFailure)$/,
  Service:
    /^(?:Exec(?:Condition|StartPre|Start|StartPost|Reload|Stop|StopPost)|Type|PIDFile|Restart|RestartSec|User|Group|Environment|EnvironmentFile|CapabilityBoundingSet|AmbientCapabilities|DeviceAllow|PrivateDevices|ProtectClock)$/,
  Install: /^(?:WantedBy|RequiredBy|Alias|Also)$/,
  Timer:
    /^(?:On(?:Active|Boot|Startup|UnitActive|UnitInactive)Sec|OnCalendar|AccuracySec|RandomizedDelaySec|Persistent|Unit)$/,
}

/** Behind `Condition` or `Assert`. */
const CONDITIONS =
  `ACPower Architecture CPUFeature CPUPressure CPUs Capability ControlGroupController Credential
  DirectoryNotEmpty Environment FileIsExecutable FileNotEmpty Firmware FirstBoot Fragment Group Host IOPressure KernelCommandLine
  KernelModuleLoaded KernelVersion Memory MemoryPressure NeedsUpdate OSRelease PathExists PathExistsGlob PathIsDirectory
  PathIsEncrypted PathIsMountPoint PathIsReadWrite PathIsSocket PathIsSymbolicLink Security User Version Virtualization`.split(
    /\s+/,
  )

const SYSTEMD: Manners = {
  daemon: 'other',
  program: 'systemd',
  severity: 'warning',
  cost: 'systemd passes over it, and starts the unit as if it were not there.',
  confirm: '`systemd-analyze verify FILE`; the journal: "Unknown key".',
}

function judge(subject: LintSubject, { file, read }: Part<Unit>, setting: Setting): Finding[] {
  const { section, key, line } = setting
  if (!Object.hasOwn(KEYS, section)) return []
  const [, kind, name = ''] = /^(Condition|Assert)([A-Z]\w*)$/.exec(key) ?? []
  const place = Object.keys(KEYS).find(each => KEYS[each]!.test(key))
  if (place !== undefined && place !== section) return [misplaced(subject, file, read, setting, place)]
  if (kind === undefined || CONDITIONS.includes(name)) return []
  const names = new Map(CONDITIONS.map(each => [each.toLowerCase(), each]))
  const near = nearest(name, names.keys())
  const meant = near === undefined ? undefined : `${kind}${names.get(near)}`
  const at = { file, line, directive: key, is: { kind: 'setting', of: `[${section}]` } } as const
  return [mistakeFound(subject, at, { kind: 'unknown-option', word: key, meant, expected: '' }, SYSTEMD)]
}

function misplaced(
  subject: LintSubject,
  file: number,
  { settings }: Unit,
  { section, key, value, line }: Setting,
  place: string,
): Finding {
  // Where it would be heeded it would do harm.
  const harms = excludesGuests(key, value, subject.machine.about.hypervisor)
  const text = lineOf(subject, file, line)
  const header = subject.lines[file]!.findIndex(each => each.trim() === `[${place}]`) + 1
  const isOneLine = !text.endsWith('\\')
  const there = settings.some(each => each.section === place && each.key === key && each.value === value)
  const edits: Edit[] = [
    { file, line, kind: 'delete', text: '' },
    ...(harms || there ? [] : [{ file, line: header, kind: 'insert-after' as const, text }]),
  ]
  return found({
    name: 'unknown-option',
    severity: SYSTEMD.severity,
    what: `\`${key}=\` stands in [${section}], and systemd looks for it in [${place}] only.`,
    evidence: [evidenceAt(subject, file, line)],
    cost: SYSTEMD.cost,
    remedy: {
      text: harms
        ? 'Take it out: in its place it would keep the daemon from starting in guests.'
        : `Move it to [${place}].`,
      changes: harms ? [] : [`[${place}]`, text.trim()],
      edits: isOneLine && (harms || there || header > 0) ? edits : [],
    },
    confirm: SYSTEMD.confirm,
  })
}
