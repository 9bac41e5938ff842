/**
 * host-clock-not-validated, phc-of-a-card, phc-by-number, phc-not-here, not-in-this-version: the clock of the host as a source (`refclock PHC` of chrony). The host's own error
 * does not come with it, so a guest that follows it alone is as wrong as its host and does not know. The number of a PTP
 * device depends on the order in which drivers come up; udev's names do not (systemd's 50-udev-default.rules, Azure's rules).
 */
import { compareVersions } from '#dialects/grammar.ts'
import { isAtLeast } from '#dialects/linux/kernel-release.ts'
import type { Edit, Finding } from '../../finding.ts'
import type { About } from '../about.ts'
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
  [/\/ptp_kvm/, ['kvm', 'firecracker']],
  [/\/ptp_hyperv/, ['hyperv']],
  // AWS has machines without a hypervisor, with the same cards.
  [/\/ptp_ena/, ['kvm', 'xen-hvm', 'none']],
  [/\/ptp_vmw/, ['vmware']],
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
      : isNotHere(about, phc.device)
        ? notHere(subject, phc, clocks)
        : subject.machine.isGuest !== false && isOfCard(about, phc.device)
          ? ofCard(subject, phc, clocks)
          : [...notValidated(subject, phc), ...byNumber(subject, phc, clocks)],
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

/** A hypervisor that has none such, as far as its name tells. */
function isForeign({ hypervisor }: About, device: string): boolean {
  const owners = OWNERS.find(([name]) => name.test(device))?.[1]
  return hypervisor !== undefined && owners !== undefined && !owners.includes(hypervisor)
}

/** What is seen of the machine says more than its hypervisor does. */
const isNotHere = (about: About, device: string): boolean =>
  about.ptp === undefined
    ? isForeign(about, device) || isOfAnotherCloud(device, about.platform)
    : isAbsent(about, device)

function notHere(subject: LintSubject, phc: Phc, clocks: readonly Phc[]): Finding[] {
  const { about } = subject.machine
  const named = withHostDevice(subject, phc, clocks)
  const edits = named.length > 0 ? named : without(subject, phc, clocks)
  const added = edits.filter(({ kind }) => kind !== 'delete').map(({ text }) => text.trim())
  return [
    found({
      name: 'phc-not-here',
      severity: 'critical',
      what: whyNotHere(about, phc.device),
      evidence: [evidenceAt(subject, phc.file, phc.line)],
      cost: 'chronyd cannot open it and does not start.',
      remedy: {
        daemon: 'chrony',
        text:
          named.length > 0
            ? added.length > 0
              ? 'Name the device of the host.'
              : 'Take the line out: the device of the host is a source already.'
            : `${edits.length === 0 ? 'Name one that is there, or take the line out' : added.length > 0 ? 'Name servers of the network instead' : 'Take the line out'}.${howItComes(subject.machine)}`,
        changes: added,
        edits,
      },
      confirm: '`grep . /sys/class/ptp/ptp*/clock_name`',
    }),
  ]
}

function whyNotHere(about: About, device: string): string {
  const { hypervisor, platform, ptp = [] } = about
  if (isForeign(about, device))
    return hypervisor === 'none'
      ? `${device} is a device of guests, and this is a real machine.`
      : `${device} is a device of another hypervisor than ${hypervisor}.`
  if (isOfAnotherCloud(device, platform)) return `${device} is a device of another cloud than ${platform}.`
  const there = ptp.map(each => `${each.device} (${each.clock})`).join(', ')
  return `There is no ${device} on this machine: it has ${there === '' ? 'no PTP device' : there}.`
}

/** The line out. Which of its cards a real machine was meant to follow is not known; and somebody must be left to follow. */
function without(subject: LintSubject, { file, line, device }: Phc, clocks: readonly Phc[]): Edit[] {
  const { about } = subject.machine
  if (!isForeign(about, device) && about.hypervisor === 'none' && about.ptp?.length) return []
  const isLeft =
    hasNetwork(subject) ||
    subject.chrony.some(({ read }) => read.refclocks.some(({ driver }) => driver !== 'PHC')) ||
    clocks.some(each => !isNotHere(about, each.device))
  return [
    ...(isLeft ? [] : [{ file, line, kind: 'insert-after', text: 'pool pool.ntp.org iburst' } as const]),
    { file, line, kind: 'delete', text: '' },
  ]
}

/** Modules of Linux that bring the device of the host, both from 4.11 on; Red Hat took ptp_kvm into the kernel of RHEL 7. */
const MODULES: Readonly<Record<string, string>> = {
  kvm: 'ptp_kvm',
  firecracker: 'ptp_kvm',
  hyperv: 'hv_utils',
}

function howItComes({ about: { hypervisor = '', ptp }, kernel }: LintSubject['machine']): string {
  const module = MODULES[hypervisor]
  if (module === undefined) return ''
  if (kernel && !isAtLeast(kernel, [4, 11]) && kernel.enterprise !== 7)
    return ` This kernel cannot show the clock of the host: ${module} does so from Linux 4.11 on.`
  const device = DEVICES[hypervisor] ?? DEVICES.kvm
  return ` ${ptp === undefined ? `If /sys/class/ptp shows the clock of the host, ${device} can be named instead; else` : 'The clock of the host can be named'} when \`modprobe ${module}\` brings it, where kernel and host have it, and /etc/modules-load.d/${module}.conf at each boot.`
}
