/**
 * could-not-be-read, copy-incomplete: what is not judged, because it was not seen. A configuration that cannot be read is no
 * empty one, and a copy without programs is no machine without any.
 */
import { UNREAD, type Unread, type Unreadable } from '#core/guest/files.ts'
import type { Inventory, Missing } from '#core/guest/inventory.ts'
import type { Finding } from '../../finding.ts'
import {
  evidenceOf,
  isKeeperKnown,
  lacksConfiguration,
  lacksSources,
  type MachineRule,
  placed,
  settingDaemons,
  state,
  usedDaemons,
} from '../subject.ts'

export const couldNotBeRead: MachineRule = ({ inventory }) => [
  ...configurationNotRead(inventory),
  ...logsNotRead(inventory),
]

function configurationNotRead(inventory: Inventory): Finding[] {
  const ofDaemons = usedDaemons(inventory).flatMap(({ unreadable }) => unreadable)
  // On a classic Xen guest these decide whose clock it is.
  const ofKernel =
    inventory.kernel.flavour?.value === 'classic-xen'
      ? inventory.unread.filter(({ path }) => SYSCTL.test(path))
      : []
  const files = [...new Map([...ofDaemons, ...ofKernel].map(each => [each.path, each])).values()]
  if (files.length === 0) return []
  const [first] = files as [Unreadable, ...Unreadable[]]
  return [
    state({
      name: 'could-not-be-read',
      severity: 'warning',
      what: `${files.map(({ path }) => path).join(', ')} could not be read: ${UNREAD[first.why]}. What depends on ${files.length === 1 ? 'it' : 'them'} is not judged.`,
      evidence: files.map(({ path, why }) => ({ path, text: UNREAD[why] })),
      causes: [],
      cost: 'How the daemon behaves after a pause, and whom it asks, is not known here.',
      remedy: {
        text: `${WHAT_TO_DO[first.why](inventory.copy === 'live')}.`,
      },
      confirm: `ls -lL ${first.path}`,
    }),
  ]
}

/** A log that is passed over for its size may hold every step of this clock: that none is told shows nothing then. */
function logsNotRead({ unread }: Inventory): Finding[] {
  const logs = unread.filter(({ path, why }) => why === 'too-large' && LOG.test(path))
  if (logs.length === 0) return []
  const paths = logs.map(({ path }) => path).join(', ')
  return [
    state({
      name: 'could-not-be-read',
      severity: 'note',
      what: `${paths} could not be read: ${UNREAD['too-large']}. What ${logs.length === 1 ? 'it says' : 'they say'} of steps of this clock is not judged.`,
      evidence: logs.map(({ path, why }) => ({ path, text: UNREAD[why] })),
      causes: [],
      cost: 'Steps of this clock that are told there are not seen here.',
      remedy: {
        text: `Let \`clockwright analyze\` read what programs that keep time wrote there: \`grep -E 'chronyd|ntpd|timesyncd' ${logs[0]!.path} > time.log\`, and \`clockwright analyze time.log\`.`,
      },
      confirm: `ls -lL ${logs[0]!.path}`,
    }),
  ]
}

const LOG = /^\/(?:var\/log|sos_commands\/\w+)\//

const SYSCTL = /^\/etc\/sysctl(?:\.conf$|\.d(?:\/|$))/

const again = (live: boolean) =>
  live ? 'Run the check as root' : 'Make the copy as root, or give its reader the right to read it'
const replace = () => 'Put an ordinary file of text in its place, and see whether the daemon starts with it'

const WHAT_TO_DO: Readonly<Record<Unread, (live: boolean) => string>> = {
  'not-permitted': again,
  directory: replace,
  'no-ordinary-file': replace,
  'too-large': () => 'Look what it holds: no configuration is larger than 1 MiB',
  'too-many-links': replace,
  'too-many-names': () => 'Look what the folder holds',
  failed: () => 'Look for errors of the disk in the kernel log',
  binary: replace,
  'odd-name': () => 'Give it a name in UTF-8',
  'leads-nowhere': live =>
    live ? 'Mend the link' : 'Copy the file that the link leads to as well, to the same place below the copy',
  'not-there': () => 'See whether the job does anything without it',
  'left-out': () => 'Look at it on the machine itself, or keep secrets in a file of their own',
}

const LACKS: Readonly<Record<Missing, string>> = {
  processes: 'no processes (proc/PID, or a listing of ps)',
  programs: 'no programs and no list of packages (usr/sbin, var/lib/dpkg/status, installed-rpms)',
  services: 'no units and no scripts of init (etc/systemd/system, etc/rc.d, etc/init.d)',
}

export const copyIncomplete: MachineRule = ({ inventory }) => [
  ...whoIsNotKnown(inventory),
  ...howIsNotKnown(inventory),
  ...whomIsNotKnown(inventory),
]

function howIsNotKnown(inventory: Inventory): Finding[] {
  const bare = settingDaemons(inventory).filter(lacksConfiguration)
  if (inventory.copy === 'live' || bare.length === 0) return []
  const names = bare.map(({ name }) => name).join(' and ')
  const made = bare.every(({ commandLine }) => commandLine?.value.some(word => MADE_AT_START.test(word)))
  const source = made && inventory.daemons.find(({ name }) => name === 'timemaster')?.configuration[0]
  return [
    state({
      name: 'copy-incomplete',
      severity: source ? 'note' : 'warning',
      what: source
        ? `timemaster makes the configuration of ${names} from ${source.path} as it starts, and this copy has only that one: how it keeps the clock is not judged.`
        : `The configuration of ${names} is not in this copy: how it keeps the clock is not judged.`,
      evidence: bare.flatMap(({ commandLine, installed }) => evidenceOf(commandLine ?? installed)),
      causes: [],
      cost: 'What it does after a pause, and whom it asks, is not known here.',
      remedy: {
        text: 'Make the copy with `clockwright collect` on the machine, or copy its configuration, too.',
      },
      confirm: 'clockwright collect --list',
    }),
  ]
}

/** timemaster(8): what it starts gets its files there. */
const MADE_AT_START = /\/run\/timemaster\//

function whomIsNotKnown(inventory: Inventory): Finding[] {
  const unasked = settingDaemons(inventory).filter(lacksSources)
  if (unasked.length === 0) return []
  const names = unasked.map(({ name }) => name).join(' and ')
  // What somebody meant it to read is known all the same.
  const misnamed = unasked.flatMap(daemon => daemon.misnamed ?? [])
  const paths = [...new Set(misnamed.map(({ path }) => path))].join(', ')
  return [
    state({
      name: 'copy-incomplete',
      severity: misnamed.length > 0 ? 'warning' : 'note',
      what: `Whom ${names} asks is said where this copy does not reach: neither its sources nor its way back after a pause are judged.${misnamed.length > 0 ? ` ${paths} says more, and is not read: in a folder of \`sourcedir\` names end in .sources, in one of \`confdir\` in .conf.` : ''}`,
      evidence: [...misnamed, ...unasked.flatMap(({ unseen = [] }) => unseen)].map(placed),
      causes: [],
      cost:
        misnamed.length > 0
          ? 'What somebody wrote there for it does nothing.'
          : 'Too few sources, or bad ones, would not be seen.',
      remedy: {
        text: `${misnamed.length > 0 ? `Give ${paths} such a name. ` : ''}Make the copy with \`clockwright collect\` on the machine, or copy these files, too.`,
      },
      confirm: CONFIRM[unasked[0]!.name] ?? 'ntpq -pn',
    }),
  ]
}

const CONFIRM: Readonly<Record<string, string>> = {
  chronyd: 'chronyc -n sources',
  'systemd-timesyncd': 'timedatectl timesync-status',
}

function whoIsNotKnown(inventory: Inventory): Finding[] {
  const { missing, container } = inventory
  if (container || isKeeperKnown(inventory)) return []
  const presumed = settingDaemons(inventory).map(({ name }) => name)
  return [
    state({
      name: 'copy-incomplete',
      severity: presumed.length > 0 ? 'note' : 'warning',
      what:
        presumed.length > 0
          ? `Whether ${presumed.join(' or ')} keeps this clock cannot be told from this copy; it is judged as if it did.`
          : 'Who keeps this clock cannot be told from this copy.',
      evidence: missing.map(each => ({ text: LACKS[each] })),
      causes: [],
      cost: 'Other programs that set the clock, or that none does, would not be seen.',
      remedy: {
        text: 'Make the copy with `clockwright collect` on the machine, or copy these, too.',
      },
      confirm: 'clockwright collect --list',
    }),
  ]
}
