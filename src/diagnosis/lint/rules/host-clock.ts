/**
 * host-clock-not-validated, phc-of-a-card, phc-by-number, phc-not-here, not-in-this-version: the clock of the host as a source (`refclock PHC` of chrony). The host's own error
 * does not come with it, so a guest that follows it alone is as wrong as its host and does not know. The number of a PTP
 * device depends on the order in which drivers come up; udev's names do not (systemd's 50-udev-default.rules, Azure's rules).
 */
import { compareVersions } from '#dialects/grammar.ts'
import type { Edit, Finding } from '../../finding.ts'
import { barredBy, maySayMore } from '../configured-sources.ts'
import { hostDevice, isAbsent, isOfCard, pathOf, ptpDevice } from '../ptp.ts'
import { found, type LintRule, replaceWord } from '../rule.ts'
import { evidenceAt, type LintSubject, lineOf } from '../subject.ts'

/** The device that each hypervisor gives, by the name that udev links to it. */
const DEVICES: Readonly<Record<string, string>> = {
  kvm: '/dev/ptp_kvm',
  hyperv: '/dev/ptp_hyperv',
}
const OWNERS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/\/ptp_kvm/, ['kvm', 'firecracker', 'none']],
  [/\/ptp_hyperv/, ['hyperv', 'none']],
  [/\/ptp_ena/, ['kvm', 'xen-hvm', 'none']],
  [/\/ptp_vmw/, ['vmware', 'none']],
]

interface Phc {
  readonly file: number
  readonly line: number
  readonly device: string
  readonly options: readonly string[]
}

export const hostClock: LintRule = subject => {
  const clocks = subject.chrony.flatMap(({ file, read }) =>
    read.refclocks
      .filter(({ driver }) => driver === 'PHC')
      .map(
        ({ line, parameter, options }): Phc => ({
          file,
          line,
          device: parameter.split(':')[0]!,
          options: options.map(each => each.toLowerCase()),
        }),
      ),
  )
  const { about } = subject.machine
  return clocks.flatMap(phc =>
    isTooOldFor(subject, phc)
      ? byInterface(subject, phc)
      : isAbsent(about, phc.device)
        ? absent(subject, phc)
        : subject.machine.isGuest !== false && isOfCard(about, phc.device)
          ? ofCard(subject, phc, clocks)
          : [...notValidated(subject, phc), ...byNumber(subject, phc, clocks), ...notHere(subject, phc)],
  )
}

/** The name of a network interface instead of a device, which chronyd takes from 4.7 on (its NEWS). */
const isTooOldFor = ({ machine: { chrony } }: LintSubject, { device }: Phc): boolean =>
  !device.includes('/') && chrony !== undefined && compareVersions(chrony.numbers, [4, 7]) < 0

const byInterface = (subject: LintSubject, { file, line, device }: Phc): Finding[] => [
  found({
    name: 'not-in-this-version',
    severity: 'critical',
    what: `\`PHC ${device}\` names a network interface: chronyd knows that from 4.7 on, and this is ${subject.machine.chrony!.numbers.join('.')}.`,
    evidence: [evidenceAt(subject, file, line)],
    cost: 'chronyd cannot open it and does not start: nobody keeps the clock.',
    remedy: {
      daemon: 'chrony',
      text: `Name the device: \`ethtool -T ${device}\` says its number (PTP Hardware Clock).`,
      changes: [lineOf(subject, file, line).replace(device, '/dev/ptpN').trim()],
    },
    confirm: `\`ethtool -T ${device}\``,
  }),
]

/** Servers are followed, or may be: not all files are here. */
function hasNetwork(subject: LintSubject): boolean {
  const isBarred = barredBy(subject)
  return (
    maySayMore(subject, subject.chrony) ||
    subject.chrony.some(({ read }) => read.sources.some(each => !each.noselect && !isBarred(each)))
  )
}

/** Servers are asked, and passed over because they do not prove themselves. */
const hasBarred = (subject: LintSubject): boolean =>
  subject.chrony.some(({ read }) => read.sources.some(barredBy(subject)))

/** Clouds that keep the clocks of their hosts, and advise to follow that clock alone (the pages of each on time). */
const KEPT = ['azure', 'aws', 'gcp']

function notValidated(subject: LintSubject, { file, line, device, options }: Phc): Finding[] {
  const { about } = subject.machine
  if (options.includes('noselect') || subject.machine.isGuest === false) return []
  const trusted = options.includes('trust')
  if (!trusted && hasNetwork(subject)) return []
  const barred = hasBarred(subject)
  return [
    found({
      name: 'host-clock-not-validated',
      severity: !trusted && KEPT.includes(about.platform ?? '') ? 'note' : 'warning',
      what: trusted
        ? `\`trust\` puts ${device} beyond doubt, and it is as good as the clock of the host.`
        : `${device} is the only source${barred ? ' that `authselectmode` lets chronyd follow' : ''}, and it is as good as the clock of the host: how good that is does not come with it.`,
      evidence: [evidenceAt(subject, file, line)],
      cost: 'If the host is wrong, so is the guest, and its own error bound says that all is well.',
      remedy: {
        daemon: 'chrony',
        text: trusted
          ? 'Leave `trust` out, and let the network vote.'
          : `Add servers of the network${barred ? ' that prove themselves' : ''}: they prove the host right, or outvote it.`,
        changes: trusted
          ? [
              replaceWord(lineOf(subject, file, line), 'trust', '')
                .replace(/\s+/g, ' ')
                .trim(),
            ]
          : [barred ? 'server ntp.example iburst nts' : 'pool pool.ntp.org iburst'],
        edits: trusted
          ? [
              {
                file,
                line,
                kind: 'replace',
                text: lineOf(subject, file, line).replace(/\s+trust(?=\s|$)/i, ''),
              },
            ]
          : barred
            ? []
            : [{ file, line, kind: 'insert-after', text: 'pool pool.ntp.org iburst' }],
      },
      confirm: '`clockwright status`: it says whether the network proves the clock of the host.',
    }),
  ]
}

/** The line with the device of the host instead, where that is no source yet. */
function withHostDevice(subject: LintSubject, { file, line, device }: Phc, clocks: readonly Phc[]): Edit[] {
  const { about } = subject.machine
  const host = hostDevice(about)
  if (!host) return []
  return clocks.some(each => ptpDevice(about, each.device) === host)
    ? [{ file, line, kind: 'delete', text: '' }]
    : [
        {
          file,
          line,
          kind: 'replace',
          text: replaceWord(lineOf(subject, file, line), device, pathOf(host)),
        },
      ]
}

function ofCard(subject: LintSubject, phc: Phc, clocks: readonly Phc[]): Finding[] {
  const { about } = subject.machine
  const [own, host] = [ptpDevice(about, phc.device)!, hostDevice(about)!]
  if (phc.options.includes('noselect')) return []
  const alone =
    !hasNetwork(subject) &&
    subject.chrony.every(({ read }) =>
      read.refclocks.every(
        ({ driver, parameter }) => driver === 'PHC' && isOfCard(about, parameter.split(':')[0]!),
      ),
    )
  const edits = withHostDevice(subject, phc, clocks)
  return [
    found({
      name: 'phc-of-a-card',
      severity: alone ? 'critical' : 'warning',
      what: `${phc.device} is the clock of a network card (${own.clock}), which nobody sets unless ptp4l does; that of the host is ${pathOf(host)} (${host.clock}).`,
      evidence: [evidenceAt(subject, phc.file, phc.line)],
      cost: alone
        ? 'It is the only source: the guest follows a clock that runs free.'
        : 'A source that runs free: it is outvoted, or misleads.',
      remedy: {
        daemon: 'chrony',
        text: `Name the device of the host${host.links.length > 0 ? '' : `; better by a name that udev links to it (/dev/${linkFor(host.clock)}), if it is there, since numbers change`}.`,
        changes: edits.map(({ text }) => text.trim()).filter(text => text !== ''),
        edits,
      },
      confirm: '`grep . /sys/class/ptp/ptp*/clock_name`',
    }),
  ]
}

function absent(subject: LintSubject, phc: Phc): Finding[] {
  const { ptp = [] } = subject.machine.about
  const edits = withHostDevice(subject, phc, [])
  return [
    found({
      name: 'phc-not-here',
      severity: 'critical',
      what: `There is no ${phc.device} on this machine: it has ${ptp.map(({ device, clock }) => `${device} (${clock})`).join(', ')}.`,
      evidence: [evidenceAt(subject, phc.file, phc.line)],
      cost: 'chronyd cannot open it and does not start.',
      remedy: {
        daemon: 'chrony',
        text:
          edits.length > 0 ? 'Name the device of the host.' : 'Name one that is there, or take the line out.',
        changes: edits.map(({ text }) => text.trim()),
        edits,
      },
      confirm: '`ls -l /dev/ptp*`',
    }),
  ]
}

function byNumber(subject: LintSubject, { file, line, device }: Phc, clocks: readonly Phc[]): Finding[] {
  if (!/^\/dev\/ptp\d+$/.test(device)) return []
  const own = subject.machine.about.ptp?.find(each => each.device === device)
  const named = nameFor(subject, device)
  const twice = named !== undefined && clocks.some(each => each.device === named)
  // Of several numbers nobody knows which one is the host's clock.
  const others = clocks.filter(each => /^\/dev\/ptp\d+$/.test(each.device)).length > 1 && !own
  const offered = named !== undefined && !twice && !others ? named : undefined
  const text = lineOf(subject, file, line)
  const made = own?.clock === undefined ? undefined : linkFor(own.clock)
  const names =
    made === undefined ? '/dev/ptp_kvm, /dev/ptp_hyperv, /dev/ptp_ena' : `/dev/${made}, with this rule`
  return [
    found({
      name: 'phc-by-number',
      severity: 'note',
      what: `${device} is whichever PTP device comes up first: with a network card that has one too it may be another.${twice ? ` ${named} is a source already: this may be the same clock.` : ''}`,
      evidence: [evidenceAt(subject, file, line)],
      cost: 'After a change of the machine, or of the order of drivers, chronyd follows a clock that nobody sets.',
      remedy: {
        daemon: 'chrony',
        text: twice
          ? 'Take this line out if it means the same clock; else use a name that udev links to it by what it is.'
          : `Use a name that udev links to it by what it is${offered ? '' : `: ${names}`}.`,
        changes: [
          offered
            ? replaceWord(text, device, offered).trim()
            : udevRule(own?.clock ?? 'KVM virtual PTP', made ?? 'ptp_kvm'),
        ],
        edits: offered ? [{ file, line, kind: 'replace', text: replaceWord(text, device, offered) }] : [],
      },
      confirm: '`grep . /sys/class/ptp/ptp*/clock_name`',
    }),
  ]
}

/** Where the devices of the machine are known, the link that leads to this one; else that of its hypervisor. */
function nameFor({ machine: { about } }: LintSubject, device: string): string | undefined {
  const own = about.ptp?.find(each => each.device === device)
  if (own) return own.links[0]
  return about.hypervisor === undefined ? undefined : DEVICES[about.hypervisor]
}

const linkFor = (clock: string): string =>
  `ptp_${clock.replace(/^ptp_/, '').split(/[\s-]/)[0]!.toLowerCase()}`

const udevRule = (clock: string, link: string): string =>
  `SUBSYSTEM=="ptp", ATTR{clock_name}=="${clock}", SYMLINK+="${link}"   (a rule of udev)`

/** The card of a cloud is in its machines alone; a machine whose cloud nobody knows may be one of them. */
const isOfAnotherCloud = (device: string, platform: string | undefined): boolean =>
  /\/ptp_ena/.test(device) && platform !== undefined && platform !== 'aws'

function notHere(subject: LintSubject, { file, line, device }: Phc): Finding[] {
  const { hypervisor, platform } = subject.machine.about
  const owners = OWNERS.find(([name]) => name.test(device))?.[1]
  if (hypervisor === undefined || !owners) return []
  const elsewhere = isOfAnotherCloud(device, platform)
  if (owners.includes(hypervisor) && !elsewhere) return []
  const named = DEVICES[hypervisor]
  return [
    found({
      name: 'phc-not-here',
      severity: 'critical',
      what: elsewhere
        ? `${device} is a device of another cloud than ${platform}.`
        : `${device} is a device of another hypervisor than ${hypervisor}.`,
      evidence: [evidenceAt(subject, file, line)],
      cost: 'chronyd cannot open it and does not start.',
      remedy: {
        daemon: 'chrony',
        text: named ? `Here it is ${named}.` : 'Take the line out.',
        changes: named ? [replaceWord(lineOf(subject, file, line), device, named).trim()] : [],
        edits: [
          named
            ? { file, line, kind: 'replace', text: replaceWord(lineOf(subject, file, line), device, named) }
            : { file, line, kind: 'delete', text: '' },
        ],
      },
      confirm: '`ls -l /dev/ptp*`',
    }),
  ]
}
