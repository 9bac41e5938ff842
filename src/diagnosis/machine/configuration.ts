/**
 * The linter's findings about the configuration of one machine: its files, judged with what is known of its daemons, kernel and
 * hypervisor. Files are those that decide something here; evidence and edits name them by their paths.
 */
import { grouped } from '#core/grouped.ts'
import type { Files } from '#core/guest/files.ts'
import type { HypervisorFact, Inventory, Place, TimeDaemon } from '#core/guest/inventory.ts'
import { hasFlag } from '#core/guest/timekeepers.ts'
import { ntpdOfRelease } from '#dialects/ntpd/of-release.ts'
import type { Finding, FindingName } from '../finding.ts'
import { readText } from '../inventory/place.ts'
import { type About, DAEMONS, type DaemonName } from '../lint/about.ts'
import { type FileKind, kindOf, type LintFile } from '../lint/file-kind.ts'
import type { KeysIn } from '../lint/key-numbers.ts'
import { lint } from '../lint/lint.ts'
import { presenceIn } from '../lint/presence.ts'
import type { Action } from '../repair/action.ts'
import { madeFrom } from '../repair/made-from.ts'
import { whyNotOurs } from '../repair/not-ours.ts'
import { withRestartDue } from './restart-due.ts'
import {
  activeDaemons,
  isKeeperKnown,
  isPresumed,
  isPutRightByTools,
  lacksConfiguration,
  lacksSources,
  settingDaemons,
  settingTools,
  usedDaemons,
  VALUED,
} from './subject.ts'
import { followsHost, wallclockSetting } from './wallclock.ts'

/** `keysIn` looks into files of secrets: only for whoever keeps nothing of what is read. */
export function lintMachine(inventory: Inventory, files: Files, keysIn?: KeysIn): Finding[] {
  const ofDaemons = readByDaemons(inventory)
  const options = optionsIn(inventory)
  const presence = presenceIn(files, inventory.copy === 'live')
  const read = filesOf(inventory).flatMap((path): LintFile[] => {
    const found = readText(files, path)
    return found.kind === 'read'
      ? [
          {
            path,
            text: found.text,
            presence,
            ...(keysIn && { keysIn }),
            ...options.get(path),
            ...ofDaemons.get(path),
          },
        ]
      : []
  })
  const judged = [...read, ...usedDaemons(inventory).flatMap(asStarted)]
  return [...lintOwn(judged, inventory), ...(inventory.container ? [] : guestsOfHost(files, inventory))]
}

function lintOwn(judged: readonly LintFile[], inventory: Inventory): Finding[] {
  const incomplete = usedDaemons(inventory).some(
    daemon => daemon.unreadable.length > 0 || lacksConfiguration(daemon),
  )
  const unasked = usedDaemons(inventory).some(lacksSources)
  return lint(judged, aboutOf(inventory))
    .filter(({ name, evidence }) => !(incomplete && FROM_ABSENCE.has(name) && !isShown(name, evidence)))
    .filter(({ name }) => !(unasked && OF_SOURCES.includes(name)))
    .filter(({ name }) => !(isOnlyMeasuring(inventory) && OF_SETTING.includes(name)))
    .filter(
      ({ name }) => !(inventory.container && isOnlyMeasuring(inventory) && name === 'clock-not-disciplined'),
    )
    .map(finding => placed(withRestartDue(finding, judged, inventory), judged, inventory))
    .filter(finding => !isOfMetCondition(finding, inventory))
}

/** That nobody stays is said by an option, wherever the rest may stand. */
const isShown = (name: FindingName, evidence: Finding['evidence']): boolean =>
  name === 'no-daemon' && evidence.length > 0

/** What is met here keeps nobody from starting. */
const isOfMetCondition = ({ name, evidence: [first] }: Finding, inventory: Inventory): boolean =>
  name === 'disabled-in-guests' &&
  usedDaemons(inventory).some(({ unit }) =>
    unit?.conditions.some(
      ({ met, evidence }) => met && evidence.path === first?.path && evidence.line === first?.line,
    ),
  )

const DOMAINS = '/etc/libvirt/qemu'
const MOST_DOMAINS = 256

/** Machines of its own, each by itself: what is known of this one says nothing of them. */
const guestsOfHost = (files: Files, inventory: Inventory): Finding[] =>
  files
    .names(DOMAINS)
    .filter(name => name.endsWith('.xml'))
    .slice(0, MOST_DOMAINS)
    .flatMap(name => {
      const path = `${DOMAINS}/${name}`
      const found = readText(files, path)
      const domain: LintFile[] =
        found.kind === 'read' ? [{ path, text: found.text, kind: 'libvirt domain' }] : []
      return lint(domain).map(finding => placed(finding, domain, inventory))
    })

/** Options that decide something, by which a daemon runs and which no file gives it (any more). */
function asStarted({ name, runs, commandLine, unit }: TimeDaemon): LintFile[] {
  const [place] = commandLine?.evidence ?? []
  if (!runs?.value || !commandLine || !place) return []
  const decides = DECIDE[name]
  const flags = (words: readonly string[]) =>
    decides?.filter(flag => hasFlag(words.slice(1), flag, VALUED)) ?? []
  const written = flags(unit?.starts?.value ?? [])
  if (flags(commandLine.value).every(flag => written.includes(flag))) return []
  const before = '\n'.repeat((place.line ?? 1) - 1)
  return [{ path: place.path, text: before + commandLine.value.join(' '), kind: 'process' }]
}

const DECIDE: Readonly<Record<string, readonly string[]>> = {
  ntpd: ['x', 'g'],
  ntpsec: ['x', 'g'],
  chronyd: ['x'],
}

/** What a daemon reads is of that daemon's kind, whatever its name: its options may name any file, and that include any other. */
function readByDaemons(inventory: Inventory): ReadonlyMap<string, Pick<LintFile, 'kind' | 'main'>> {
  return new Map(
    usedDaemons(inventory).flatMap(({ name, configuration }) =>
      configuration.flatMap(({ path, includedBy }, index): [string, Pick<LintFile, 'kind' | 'main'>][] => {
        const kind = kindIn(name, path)
        if (!kind || (!includedBy && index > 0)) return []
        return [[path, { kind, main: includedBy === undefined }]]
      }),
    ),
  )
}

/** A unit may take its variables from a file of any name (`EnvironmentFile`). */
function optionsIn(inventory: Inventory): ReadonlyMap<string, Pick<LintFile, 'kind' | 'options'>> {
  const places = usedDaemons(inventory).flatMap(({ name, commandLine }) => {
    const daemon = DAEMONS.find(each => each === name)
    return daemon
      ? (commandLine?.evidence ?? []).map(({ path, line, text }) => ({ daemon, path, line, text }))
      : []
  })
  const said = places.filter(
    ({ path, text }) =>
      ASSIGNMENT.test(text) && [undefined, 'environment'].includes(kindOf({ path, text: '' })),
  )
  return new Map(
    [...grouped(said, ({ path }) => path)].map(([path, all]) => [
      path,
      {
        kind: 'environment',
        options: { daemon: all[0]!.daemon, lines: all.flatMap(({ line }) => line ?? []) },
      },
    ]),
  )
}

const ASSIGNMENT = /^\s*(?:export\s+)?\w+=/

function kindIn(daemon: string, path: string): FileKind | undefined {
  if (daemon === 'ntpd' || daemon === 'ntpsec') return 'ntp.conf'
  if (daemon === 'chronyd') return path.endsWith('.sources') ? 'chrony sources' : 'chrony.conf'
  return undefined
}

/**
 * None of its daemons sets the clock, so how one would does not matter. In a container there is none to set; packages start it
 * with `-x` there (Debian's and Ubuntu's chrony).
 */
const isOnlyMeasuring = (inventory: Inventory): boolean =>
  settingDaemons(inventory).length === 0 &&
  (inventory.container !== undefined || activeDaemons(inventory).length > 0)

/** How the clock is set. */
const OF_SETTING: readonly FindingName[] = [
  'makestep-expires',
  'never-steps',
  'panic-exit-ahead',
  'panic-not-first',
  'slew-only',
  'stepout-clamped',
]

/** How many sources there are. */
const OF_SOURCES: readonly FindingName[] = [
  'no-source',
  'single-source',
  'two-sources',
  'fewer-than-four',
  'never-agrees',
  'sources-unusable',
  'host-clock-not-validated',
]

/** What is said because something does not stand there; it may stand in the file that could not be read. */
const FROM_ABSENCE: ReadonlySet<FindingName> = new Set([
  'no-daemon',
  ...OF_SOURCES,
  'never-steps',
  'makestep-expires',
  'panic-exit-ahead',
  'panic-not-first',
  'stepout-clamped',
  'restrict-drops-answers',
  'kod-without-limited',
  'restrict-default-open',
  'statistics-go-nowhere',
  'key-not-there',
])

/** Scripts that start a daemon are no configuration, and of what OpenWrt's read in /etc/config the inventory takes what they do. */
const SCRIPTS = /^\/etc\/(?:(?:rc\.d\/)?init\.d|config)\//

/** Where a unit, the loader or a job may say something; of processes it is told by themselves. A daemon's own files lie anywhere. */
const CONFIGURATION = /^\/(?:etc|boot|usr\/lib|lib|run|var\/spool\/cron)\//

const KERNEL_LINE = '/proc/cmdline'

/** Of daemons that are there and not used nothing is asked; two that are used are judged together. */
function filesOf(inventory: Inventory): string[] {
  const { sysctls, boot, rtc, commandLine } = inventory
  const jobs = [...inventory.jobs, ...inventory.tools.flatMap(({ switchedOn = [] }) => switchedOn)]
  const used = usedDaemons(inventory)
  const places: readonly (readonly Place[] | undefined)[] = [
    ...used.map(daemon =>
      daemon.commandLine?.evidence.filter(
        ({ path }) => isKnown(daemon) || kindOf({ path, text: '' }) !== undefined,
      ),
    ),
    ...used.map(({ unit }) => unit?.conditions.map(({ evidence }) => evidence)),
    // What a script sets is known by the inventory.
    ...sysctls.flatMap(({ set }) =>
      set.map(({ evidence }) => evidence.filter(({ path }) => kindOf({ path, text: '' }) === 'sysctl')),
    ),
    boot.entries.flatMap(({ kernel, hypervisor }) =>
      [kernel?.evidence, hypervisor?.evidence].filter(place => place !== undefined),
    ),
    boot.defaults.map(({ evidence }) => evidence),
    boot.environment && [boot.environment.evidence],
    rtc.mode?.evidence,
    // What the loader has to say is judged where it stands.
    ...(boot.entries.length + boot.defaults.length === 0 ? [commandLine?.evidence] : []),
  ]
  const read = used.flatMap(daemon =>
    daemon.configuration
      .filter(file => isKnown(daemon) || kindOf(file) !== undefined)
      .map(({ path }) => path),
  )
  const tables = jobs.map(({ name }) => name).filter(path => kindOf({ path, text: '' }) === 'crontab')
  const named = [...places.flatMap(each => each ?? []).map(({ path }) => path), ...tables]
  const paths = [...read, ...named.filter(path => CONFIGURATION.test(path) || path === KERNEL_LINE)]
  return [...new Set(paths)].filter(path => !SCRIPTS.test(path))
}

/** Where neither packages nor logs are at hand: the one that its distribution brings. */
const versionByRelease = (
  { name, unit }: TimeDaemon,
  { kernel: { distribution } }: Inventory,
): string | undefined =>
  name === 'ntpd' && unit && distribution ? ntpdOfRelease(distribution.value) : undefined

/** Of ptp4l, phc2sys and others the linter knows no word. */
const isKnown = ({ name }: TimeDaemon): boolean => (DAEMONS as readonly string[]).includes(name)

/** What is known of a machine, for the linter. In a container the daemons of the machine around it are not seen. */
export function aboutOf(inventory: Inventory): About {
  const { hypervisor, kernel, container } = inventory
  const active = usedDaemons(inventory)
  const daemons = active.filter(isKnown).map(daemon => ({
    name: daemon.name as DaemonName,
    version: daemon.version?.value ?? versionByRelease(daemon, inventory),
    presumed: isPresumed(daemon),
    watches: daemon.setsTime?.value === false,
    given: daemon.given !== undefined,
    dhcpHook: daemon.dhcpHook,
    unit: daemon.unit,
    enabled: daemon.enabled,
  }))
  // Others keep it that the linter knows nothing of: ptp4l, ntpd of busybox, the service of VirtualBox.
  const nobody =
    isKeeperKnown(inventory) &&
    container === undefined &&
    active.length === 0 &&
    !followsHost(inventory) &&
    settingTools(inventory, 'periodically').length === 0
  return {
    daemons: daemons.length > 0 || nobody ? daemons : undefined,
    setters: [
      ...settingDaemons(inventory).filter(each => !isPresumed(each)),
      ...settingTools(inventory, 'periodically'),
    ].map(({ name }) => name),
    putRightBy: whoPutsItRight(inventory),
    complete: isComplete(inventory),
    unseen: isComplete(inventory) ? undefined : inventory.daemons.flatMap(({ unseen = [] }) => unseen),
    misnamed: inventory.daemons.flatMap(({ misnamed = [] }) => misnamed),
    heard: active.length === 1 ? heardThen(inventory) : undefined,
    hypervisor: hypervisorOf(hypervisor?.value),
    platform: hypervisor?.value.platform,
    kernel: kernel.release?.value,
    distribution: kernel.distribution?.value,
    wallclockSwitch: kernel.flavour?.value === 'classic-xen' || undefined,
    wallclockAtStart: wallclockSetting(inventory)?.set.at(-1)?.value,
    architecture: kernel.architecture?.value,
    ptp: inventory.ptp?.map(({ device, clock, links }) => ({ device, clock: clock.value, links })),
  }
}

function whoPutsItRight(inventory: Inventory): About['putRightBy'] {
  const { name } = inventory.hypervisor?.value ?? {}
  if (name === 'hyperv' && settingTools(inventory, 'after-events').length > 0) return 'hv_utils'
  return name === 'vmware' && isPutRightByTools(inventory) ? 'vmtoolsd' : undefined
}

/** Has all been seen that the files include? What lies in /run is on no disk, and sosreport leaves it out. */
const isComplete = ({ daemons }: Inventory): boolean =>
  daemons.every(({ unseen = [] }) => unseen.length === 0)

/** A sosreport may have them by their addresses and by their names. */
function heardThen({ reported }: Inventory): Place[] {
  const listed = reported.filter(({ source }) => source !== undefined)
  const [first] = listed
  const bySource = new Map(
    listed
      .filter(({ evidence }) => evidence.path === first!.evidence.path)
      .map(({ source, evidence }) => [source, evidence]),
  )
  return [...bySource.values()]
}

/** The control domain of Xen is the host, which nobody pauses. */
function hypervisorOf(hypervisor: HypervisorFact | undefined): string | undefined {
  if (hypervisor?.controlDomain) return 'none'
  return hypervisor?.name === 'unknown' ? undefined : hypervisor?.name
}

/** Domains are changed by `virsh edit`, and libvirt writes them. */
const isOurs = (path: string, inventory: Inventory): boolean =>
  !path.startsWith(`${DOMAINS}/`) &&
  (madeFrom(path, inventory) !== undefined || whyNotOurs(path) === undefined)

function placed(finding: Finding, files: readonly LintFile[], inventory: Inventory): Finding {
  const { edits = [], ...remedy } = finding.remedy
  const actions = edits.flatMap(({ file, ...edit }): Action[] => {
    const path = files[file]?.path
    return path !== undefined && isOurs(path, inventory) ? [{ kind: 'edit', file: path, edit }] : []
  })
  return {
    ...finding,
    evidence: finding.evidence.map(({ file, ...evidence }) => {
      const path = file === undefined ? undefined : files[file]?.path
      return path === undefined ? evidence : { ...evidence, path }
    }),
    remedy: { ...remedy, actions: [...(remedy.actions ?? []), ...actions] },
  }
}
