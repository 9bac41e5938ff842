/**
 * two-daemons, tools-sync-beside-daemon: more than one program sets the clock. Each takes the other's correction for an error of
 * the clock; VMware's own advice is to use either a daemon or the periodic synchronisation of the Tools.
 */
import type { ClockJob, GuestTool, TimeDaemon } from '#core/guest/inventory.ts'
import type { Finding } from '../../finding.ts'
import type { Action } from '../../repair/action.ts'
import { lastDropIn } from '../../repair/drop-in.ts'
import { wordsToStop } from '../../service-words.ts'
import { actionsFor, repeatedJobs, wordsFor } from '../jobs.ts'
import { hasOwnSources, ownServers } from '../own-servers.ts'
import {
  conflictOf,
  evidenceOf,
  isPresumed,
  type MachineRule,
  type MachineSubject,
  setsOnce,
  settingDaemons,
  settingTools,
  sleepingTools,
  state,
} from '../subject.ts'

export const severalDaemons: MachineRule = subject => {
  const { inventory, nobodyToFollow = [] } = subject
  const daemons = settingDaemons(inventory).filter(
    each => !isOurs(each) && !isPresumed(each) && (each.runs?.value || each.unit),
  )
  if (daemons.length < 2) return [...atTheNextBoot(daemons, subject), ...jobBesideDaemon(subject)]
  const names = daemons.map(({ name }) => name)
  const running = daemons.every(({ runs }) => runs?.value)
  const ranked = daemons.toSorted(
    (a, b) => Number(isSetUp(b)) - Number(isSetUp(a)) || rank(a.name) - rank(b.name),
  )
  const [keep, ...stop] = followersFirst(ranked, nobodyToFollow)
  const conflicts = pairsOf(daemons).map(([one, other]) => conflictOf(one, other))
  const oneIsLeft = conflicts.every(conflict => conflict !== undefined)
  // Those that one of these leaves no port for set the clock once it is stopped.
  const jobs = inventory.jobs.filter(({ repeats }) => repeats)
  const lost = isAdrift(keep!, nobodyToFollow)
  const taken = lost ? [] : jobs
  return [
    state({
      name: 'two-daemons',
      severity: oneIsLeft && jobs.length === 0 ? 'warning' : 'critical',
      what: oneIsLeft
        ? `${listed(names)} are to be started on this machine, and their units exclude each other: systemd keeps one, and which one depends on the order.${alsoJobs(jobs)}`
        : `${listed(names)} ${running ? 'run' : 'are started'} on this machine, and each sets the clock.${alsoJobs(jobs)}`,
      evidence: [
        ...daemons.flatMap(({ runs, commandLine, enabled }) =>
          evidenceOf(runs ?? enabled, commandLine).slice(0, 2),
        ),
        ...(oneIsLeft ? evidenceOf(...conflicts) : []),
        ...jobs.flatMap(({ command }) => evidenceOf(command)),
      ],
      cost: oneIsLeft
        ? 'The clock is kept with the settings of the one or of the other, and after the next boot or update it may be another.'
        : 'Each takes the corrections of the other for errors of the clock: frequency and offset swing, and steps come out of nothing.',
      causes: [
        {
          what: 'a second one was installed and the first left in place',
          why: 'packages of time daemons do not always exclude each other',
        },
      ],
      remedy: {
        text: `Keep one: ${keep!.name}.${passedOver(stop, lost ? [] : nobodyToFollow)}${whoseServers(keep!, stop)} Stop and disable ${listed(stop.map(({ name }) => name))}.${jobs.length === 0 ? '' : lost ? ` ${sourcesFirst(keep!.name, 'the job')}` : ' Take the job out, too.'}${besidePtp(keep!.name, stop)}`,
        changes: [...stop.flatMap(wordsToStop), ...taken.flatMap(wordsFor)],
        actions: [
          ...stop.map(({ name, unit }) => ({ kind: 'stop' as const, daemon: name, unit: unit?.name })),
          ...taken.flatMap(actionsFor),
        ],
      },
      confirm: oneIsLeft
        ? `systemctl status ${daemons.flatMap(({ unit }) => unit?.name ?? []).join(' ')}, after a boot.`
        : 'Steps in the log of one right after corrections of the other.',
    }),
  ]
}

/** NTP and PTP go together where one daemon weighs both. */
function besidePtp(keep: string, stop: readonly TimeDaemon[]): string {
  const ntp = stop.map(({ name }) => name).filter(name => !PTP.includes(name))
  return PTP.includes(keep) && ntp.length > 0
    ? ` ${keep} is set up on purpose only. To keep ${listed(ntp)} instead, disable ${keep}; to have both, let timemaster start them: the daemon of NTP then has the clock of PTP as one of its sources.`
    : ''
}

/** One runs, and another is to be started with the machine: what keeps the clock is another thing after the next boot. */
function atTheNextBoot(
  [runs]: readonly TimeDaemon[],
  { inventory: { daemons }, nobodyToFollow = [] }: MachineSubject,
): Finding[] {
  if (!runs?.runs?.value) return []
  const others = daemons.filter(other => other !== runs && !isOurs(other) && isMeant(other))
  if (others.length === 0) return []
  const names = listed(others.map(({ name }) => name))
  const are = others.length === 1 ? 'is' : 'are'
  const conflicts = others.flatMap(other => conflictOf(runs, other) ?? [])
  return [
    state({
      name: 'two-daemons',
      severity: 'warning',
      what:
        `${runs.name} runs, and ${names} ${are} to be started with this machine` +
        (runs.enabled?.value === false
          ? `, which ${runs.name} is not.`
          : conflicts.length > 0
            ? ', too; their units exclude each other: systemd keeps one, and which one depends on the order.'
            : ', too.'),
      evidence: [
        ...evidenceOf(runs.runs, ...others.map(({ enabled }) => enabled)),
        ...evidenceOf(...conflicts),
      ],
      cost:
        conflicts.length > 0 || runs.enabled?.value === false
          ? 'After the next boot the clock may be kept by another program, with other settings.'
          : 'From the next boot on each takes the corrections of the other for errors of the clock.',
      causes: [
        {
          what: 'a second one was installed and the first left in place',
          why: 'packages of time daemons do not always exclude each other',
        },
      ],
      remedy: isAdrift(runs, nobodyToFollow)
        ? {
            text: `Keep one. ${runs.name}, which runs, has nobody to follow: give it sources and disable ${names}, or disable ${runs.name} and start ${names}.`,
          }
        : {
            text: `Keep one: ${runs.name}, which runs.${whoseServers(runs, others)} Disable ${names}.`,
            changes: others.flatMap(wordsToStop),
            actions: others.map(({ name, unit }) => ({
              kind: 'stop' as const,
              daemon: name,
              unit: unit?.name,
            })),
          },
      confirm: 'The same one runs after a boot.',
    }),
  ]
}

/** It starts beside no other that keeps the clock. */
const isOurs = ({ name }: TimeDaemon): boolean => name === 'clockwright'

/**
 * Nothing is known that keeps it from being started, which of a unit that was not seen nobody knows; that a file is not there can be
 * told only where all are.
 */
const isMeant = ({ name, commandLine, enabled, runs, setsTime, unit }: TimeDaemon): boolean =>
  !setsOnce({ name, commandLine }) &&
  enabled?.value === true &&
  runs?.value === false &&
  setsTime?.value !== false &&
  unit !== undefined &&
  !unit.conditions.some(
    ({ name, met }) => met === false || (met === undefined && /Path|File|Directory/.test(name)),
  )

const pairsOf = (daemons: readonly TimeDaemon[]): [TimeDaemon, TimeDaemon][] =>
  daemons.flatMap((one, index) =>
    daemons.slice(index + 1).map((other): [TimeDaemon, TimeDaemon] => [one, other]),
  )

/** A job beside a daemon: one step again and again that the daemon did not make. */
const jobBesideDaemon: MachineRule = ({ inventory, nobodyToFollow = [] }) => {
  const [daemon] = followersFirst(settingDaemons(inventory), nobodyToFollow)
  const { setting, shutOut } = repeatedJobs(inventory)
  if (!daemon || setting.length + shutOut.length === 0) return []
  if (setting.length === 0) return [jobShutOut(daemon, shutOut)]
  const jobs = [...setting, ...shutOut]
  const [first] = jobs as [ClockJob, ...ClockJob[]]
  if (isAdrift(daemon, nobodyToFollow))
    return [
      alone(daemon, {
        name: 'two-daemons',
        what: `a job (${first.name}: ${first.program}, ${first.when})`,
        short: 'the job',
        evidence: evidenceOf(...jobs.map(({ command }) => command), daemon.runs ?? daemon.enabled),
      }),
    ]
  return [
    state({
      name: 'two-daemons',
      severity: isPresumed(daemon) ? 'warning' : 'critical',
      what: `A job (${first.name}: ${first.program}, ${first.when}) sets the clock that ${daemon.name} keeps.`,
      evidence: [
        ...jobs.flatMap(({ command }) => evidenceOf(command)),
        ...evidenceOf(daemon.runs ?? daemon.enabled),
      ],
      cost: `${daemon.name} takes the steps of the job for errors of the clock: frequency and offset swing.`,
      causes: [
        {
          what: 'the job is older than the daemon',
          why: 'it was the advice for virtual machines whose daemon could not follow',
        },
      ],
      remedy: {
        text: `Take the job out and leave the clock to ${daemon.name}, which may step it after a pause.`,
        changes: jobs.flatMap(wordsFor),
        actions: jobs.flatMap(actionsFor),
      },
      confirm: 'Steps in the log at the times of the job.',
    }),
  ]
}

/** It waits for the day on which ntpd is not there. */
function jobShutOut(daemon: TimeDaemon, jobs: readonly ClockJob[]): Finding {
  const [first] = jobs as readonly [ClockJob, ...ClockJob[]]
  return state({
    name: 'two-daemons',
    severity: 'note',
    what: `A job (${first.name}: ${first.program}, ${first.when}) is to set the clock that ${daemon.name} keeps, and cannot: without -u it sends from port 123, which ${daemon.name} has, and ends with "the NTP socket is in use".`,
    evidence: [
      ...jobs.flatMap(({ command }) => evidenceOf(command)),
      ...evidenceOf(daemon.runs ?? daemon.enabled),
    ],
    cost: `None while ${daemon.name} runs. When it does not, the job steps the clock; with -u it would do so beside ${daemon.name}, too.`,
    causes: [
      {
        what: 'the job is older than the daemon',
        why: 'it was the advice for virtual machines whose daemon could not follow',
      },
    ],
    remedy: {
      text: `Take the job out, and leave the clock to ${daemon.name}.`,
      changes: jobs.flatMap(wordsFor),
      actions: jobs.flatMap(actionsFor),
    },
    confirm: 'What the job printed (the mail of cron): "the NTP socket is in use, exiting".',
  })
}

const isAdrift = ({ name }: TimeDaemon, nobodyToFollow: readonly string[]): boolean =>
  nobodyToFollow.includes(name)

/** Who has somebody to follow comes before who has nobody, and else each where it was. */
const followersFirst = (daemons: readonly TimeDaemon[], nobodyToFollow: readonly string[]): TimeDaemon[] => [
  ...daemons.filter(each => !isAdrift(each, nobodyToFollow)),
  ...daemons.filter(each => isAdrift(each, nobodyToFollow)),
]

const passedOver = (stop: readonly TimeDaemon[], nobodyToFollow: readonly string[]): string =>
  stop
    .filter(each => isAdrift(each, nobodyToFollow))
    .map(({ name }) => ` ${name} has nobody to follow.`)
    .join('')

/** What is asked by one of them alone is asked no more when that one is stopped. */
const whoseServers = (keep: TimeDaemon, stop: readonly TimeDaemon[]): string => {
  const own = ownServers(keep)
  const lost = stop.flatMap(each => {
    const servers = ownServers(each).filter(address => !own.includes(address))
    return servers.length === 0
      ? []
      : ` ${each.name} has ${listed(servers)}, which ${keep.name} does not ask: give them to ${keep.name}, if they are to be asked.`
  })
  const untouched = stop.filter(each => rank(each.name) < rank(keep.name) && !isSetUp(each))
  return own.length > 0 && untouched.length > 0
    ? ` Its servers (${listed(own)}) somebody has named; those of ${listed(untouched.map(({ name }) => name))} came with it.`
    : lost.join('')
}

const sourcesFirst = (daemon: string, other: string): string =>
  `${daemon} has nobody to follow: give it sources that it reaches first, and take ${other} out then.`

/** What sets the clock beside a daemon that has nobody to follow is all that does; it goes when the daemon has somebody. */
const alone = (
  daemon: TimeDaemon,
  other: Pick<Finding, 'name' | 'evidence'> & { readonly what: string; readonly short: string },
): Finding =>
  state({
    name: other.name,
    severity: 'warning',
    what: `Only ${other.what} sets this clock: ${daemon.name}, beside it, has nobody to follow.`,
    evidence: other.evidence,
    cost: `Between its times the clock runs free. As soon as ${daemon.name} has somebody to follow, each takes the corrections of the other for errors of the clock.`,
    causes: [
      {
        what: `${daemon.name} was set up, and its sources were left out or are out of reach`,
        why: `${other.short} may be there because of that`,
      },
    ],
    remedy: { text: sourcesFirst(daemon.name, other.short) },
    confirm: `The status of ${daemon.name}: it follows a source.`,
  })

const alsoJobs = ([job]: readonly ClockJob[]): string =>
  job ? ` So does a job (${job.name}: ${job.program}, ${job.when}).` : ''

/** No distribution starts them by itself, for they have to be told of a network card: somebody has set them up here. */
const PTP = ['ptp4l', 'phc2sys', 'ptpd', 'sfptpd']

/** Which to keep: what somebody set up on purpose, and then who recovers best from what happens to a guest. */
const ORDER = ['clockwright', ...PTP, 'chronyd', 'ntpd-rs', 'ntpd', 'ntpsec', 'openntpd', 'systemd-timesyncd']
const isSetUp = (daemon: TimeDaemon): boolean =>
  ['clockwright', ...PTP].includes(daemon.name) || hasOwnSources(daemon)
const rank = (name: string): number => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length)

const listed = (names: readonly string[]): string =>
  names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`

type ForSomebody = Extract<Action, { kind: 'host' }>

/** The manual of VirtualBox, on the parameters of its time synchronization and on switching it off; one of the two is enough. */
const withoutTimesync = (tool: GuestTool): ForSomebody[] => [
  startedWithout(tool),
  {
    kind: 'host',
    where: 'the host of this guest, instead, while the guest is off',
    lines: ['VBoxManage setextradata VM "VBoxInternal/Devices/VMMDev/0/Config/GetHostTimeDisabled" 1'],
  },
]

/** Its other words are kept: the unit of Debian has `-f`, without which systemd would lose sight of it. */
function startedWithout({ unit, runs }: GuestTool): ForSomebody {
  const words = unit?.starts?.value ?? []
  if (unit?.name.endsWith('.service') && /(?:^|\/)VBoxService$/.test(words[0] ?? ''))
    return {
      kind: 'host',
      where: `${lastDropIn(unit)}, and then: systemctl daemon-reload; systemctl restart ${unit.name}`,
      lines: ['[Service]', 'ExecStart=', `ExecStart=${[...words, OFF].join(' ')}`],
    }
  const seen = runs?.evidence[0]?.text ?? '/usr/sbin/VBoxService'
  return {
    kind: 'host',
    where: unit ? `what ${unit.name} runs` : 'what starts VBoxService (a unit, or a script)',
    lines: [`${seen} ${OFF}`],
  }
}

const OFF = '--disable-timesync'

export const toolsAndDaemon: MachineRule = ({ inventory, nobodyToFollow = [] }) => {
  const daemons = followersFirst(settingDaemons(inventory), nobodyToFollow)
  const awake = settingTools(inventory, 'periodically')
  const tools = awake.length > 0 ? awake : sleepingTools(inventory)
  if (daemons.length === 0 || tools.length === 0) return []
  const vmware = inventory.hypervisor?.value.name === 'vmware'
  const [tool, daemon] = [tools[0]!, daemons[0]!]
  if (isAdrift(daemon, nobodyToFollow))
    return [
      alone(daemon, {
        name: 'tools-sync-beside-daemon',
        what: `${tool.name}${awake.length > 0 ? '' : ', from its next start on,'}`,
        short: 'the periodic synchronisation',
        evidence: evidenceOf(tool.setsTime, tool.runs, daemon.runs ?? daemon.enabled),
      }),
    ]
  const switches = tool.switchedOn ?? []
  const additions = tool.name === 'VBoxService' ? withoutTimesync(tool) : []
  return [
    state({
      name: 'tools-sync-beside-daemon',
      severity: awake.length > 0 ? 'critical' : 'warning',
      what:
        awake.length > 0
          ? `${tool.name} sets the clock periodically, and so does ${daemon.name}.`
          : `${tool.name} is told to set the clock periodically, which ${daemon.name} keeps; it was not among the processes, and does so from its next start on.`,
      evidence: evidenceOf(tool.setsTime, tool.runs, daemon.runs ?? daemon.enabled),
      cost: `${awake.length > 0 ? 'The' : 'Once it runs, the'} tool steps the clock forward under the daemon, which takes that for a wrong frequency and corrects in the other direction.`,
      causes: [
        switches[0]
          ? {
              what: `a job switches it on (${switches[0].name}, ${switches[0].when})`,
              why: 'whoever switches it off by hand finds it on again',
            }
          : { what: 'both were switched on, one for the other', why: 'one of them is enough' },
      ],
      remedy: {
        text: vmware
          ? `${switches.length > 0 ? 'Take the job out. ' : ''}Switch the periodic synchronisation of VMware Tools off and keep the daemon; the one-time corrections after a resume, a restore or a vMotion may stay.`
          : `Switch the periodic setting of ${tool.name} off and keep the daemon.`,
        changes: vmware
          ? [
              ...switches.flatMap(wordsFor),
              'vmware-toolbox-cmd timesync disable',
              'tools.syncTime = "0"   (in the .vmx file)',
            ]
          : additions.flatMap(({ where, lines }) => [`${where}:`, ...lines]),
        ...(vmware
          ? {
              actions: [
                ...switches.flatMap(actionsFor),
                {
                  kind: 'run' as const,
                  title: 'Switch the periodic synchronisation of VMware Tools off',
                  run: ['vmware-toolbox-cmd', 'timesync', 'disable'],
                  undo: ['vmware-toolbox-cmd', 'timesync', 'enable'],
                },
                {
                  kind: 'host' as const,
                  where: 'the .vmx file of this guest',
                  lines: ['tools.syncTime = "0"'],
                },
              ],
            }
          : { actions: additions }),
      },
      confirm: 'Steps forward about once a minute that the log of the daemon does not explain.',
    }),
  ]
}
