/**
 * All that is known of a machine and that bears on its clock, each fact with the place where it was read, so that it can be
 * confirmed by hand. It is made from files alone (`diagnosis/inventory`), the machine's own or those of a copy; the agent's
 * `MachineFacts` is the small part of it that a running agent needs.
 *
 * Unknown is `undefined`: nothing there said so. A fact that says "no" is a fact and has its evidence. Whatever could not be
 * read stands in `unread`, so "unknown" can be told from "not there".
 *
 * Everything here is plain data and goes through JSON unchanged. All text is as it stood there: print it through `printable`.
 */
import type { Rate, Seconds } from '#core/time/units.ts'
import type { KernelClock } from './facts.ts'
import type { Unreadable } from './files.ts'

/** Where a fact was read. `path` is the path on that machine, from `/`; for what lies in no file, the call that was asked. */
export interface Place {
  readonly path: string
  /** From 1; left out where the whole file says it. */
  readonly line?: number
  /** The line, or what matters of the file. */
  readonly text: string
}

/** A value and where it was read. The first piece of evidence is the deciding one. */
export interface Fact<T> {
  readonly value: T
  readonly evidence: readonly Place[]
}

export interface Inventory {
  readonly copy: CopyKind
  readonly hostname: Fact<string> | undefined
  readonly hypervisor: Fact<HypervisorFact> | undefined
  /** Is this the inside of a container, whose clock is that of the machine around it? */
  readonly container: Fact<string> | undefined
  readonly kernel: KernelFacts
  /** For how long it runs, or had run when a copy was made. */
  readonly uptime: Fact<Seconds> | undefined
  /** What the running kernel was started with. */
  readonly commandLine: Fact<readonly string[]> | undefined
  /** What it, or another, will be started with. */
  readonly boot: BootFacts
  readonly clock: ClockFacts
  readonly cpus: CpuFacts
  /** Settings of the kernel that bear on time, by name (`xen.independent_wallclock`). */
  readonly sysctls: readonly Sysctl[]
  readonly rtc: RtcFacts
  readonly zone: Fact<string> | undefined
  /** Undefined in a copy that does not hold /sys/class/ptp; empty: it has none. */
  readonly ptp: readonly PtpDevice[] | undefined
  readonly vmclock: Fact<string> | undefined
  readonly vmgenid: Fact<string> | undefined
  /** Programs and drivers by which a hypervisor reaches into the guest. */
  readonly tools: readonly GuestTool[]
  readonly daemons: readonly TimeDaemon[]
  /** Oracle Clusterware (RAC, Grid Infrastructure), which bears no step of the clock. */
  readonly clusterware?: Fact<string> | undefined
  /** Jobs that set the clock now and then. */
  readonly jobs: readonly ClockJob[]
  /** Jobs that would set the clock, and do not as the machine is. */
  readonly idleJobs: readonly IdleJob[]
  /** Jobs that have the daemon step the clock again and again, or start it anew. */
  readonly daemonJobs: readonly ClockJob[]
  /** Who has stepped the clock, as far as logs of the system tell. */
  readonly steps: readonly ClockSteps[]
  /** What programs that know the clock said of it when a copy was made. */
  readonly reported: readonly Reported[]
  /** What kernel messages say about clocks, in their order. */
  readonly messages: readonly KernelMessage[]
  /** What a copy does not hold, so that nobody can tell from it; empty for a live machine. */
  readonly missing: readonly Missing[]
  readonly unread: readonly Unreadable[]
}

/**
 * `live`: the machine that we run on. `disk`: its disk, or some of its files, without what only a running kernel tells.
 * `sosreport`: what `sos report` wrote. `collected`: files of a running machine, by `clockwright collect` or by hand.
 */
export type CopyKind = 'live' | 'disk' | 'sosreport' | 'supportconfig' | 'collected'

/**
 * `processes`: what runs. `programs`: which programs and packages are there. `services`: units and scripts, by which it could be
 * told what is started with the machine.
 */
export type Missing = 'processes' | 'programs' | 'services'

export interface HypervisorFact {
  /**
   * `kvm`, `firecracker`, `vmware`, `hyperv`, `xen-pv`, `xen-hvm`, `virtualbox`, `bhyve`, `parallels`, `unknown` (there is
   * one that does not say which); `none`: a real machine.
   */
  readonly name: string
  /** By nothing but the tools that are started with it. */
  readonly presumed?: true
  /** The control domain of Xen: it has a hypervisor below it, and is itself the host. */
  readonly controlDomain: boolean
  /** The platform built upon it, where DMI names one: `openstack`, `ovirt`, `proxmox`, `aws`, `gcp`, `azure`, `oci`, … */
  readonly platform: string | undefined
  /**
   * What the guest's clocks do while it is paused. `stands`: all stop and go on where they were (nobody in the guest notices).
   * `runs-on`: all jump forward together. Undefined when it depends on what is not known here.
   */
  readonly whenPaused: 'stands' | 'runs-on' | undefined
}

export interface KernelFacts {
  /** `uname -r`. On a disk: the newest of those that are installed. */
  readonly release: Fact<string> | undefined
  /** `uname -v`. */
  readonly version: Fact<string> | undefined
  /** `x86_64`, `i686`, `aarch64`, … */
  readonly architecture: Fact<string> | undefined
  /**
   * `classic-xen`: the 2.6.18-xen line of kernels, whose guests may depend on the wall clock of the host.
   * `standard`: any other; a Xen guest's wall clock is always its own.
   */
  readonly flavour: Fact<'classic-xen' | 'standard'> | undefined
  readonly distribution: Fact<Distribution> | undefined
}

export interface Distribution {
  /** As os-release has it: `debian`, `ubuntu`, `rhel`, `centos`, `sles`, `amzn`, … */
  readonly id: string
  /** `12`, `5.1`, `22.04`. */
  readonly version: string | undefined
  readonly name: string
}

export interface BootFacts {
  readonly entries: readonly BootEntry[]
  /** Words from which entries are made: GRUB_CMDLINE_LINUX and its like (/etc/default/grub), /etc/kernel/cmdline. */
  readonly defaults: readonly BootDefault[]
  /** `kernelopts` of grubenv, where entries stand for their words by `$kernelopts` (Red Hat's 8), else `tuned_params`. */
  readonly environment?: BootDefault
}

export interface BootEntry {
  readonly title: string
  readonly loader: 'grub-legacy' | 'grub2' | 'loader-entry'
  /** The one that is started when nobody chooses; undefined when that cannot be told. */
  readonly isDefault: boolean | undefined
  /** The line of Xen (`kernel /xen.gz …`, `multiboot /boot/xen.gz …`), where there is one. */
  readonly hypervisor: BootLine | undefined
  /** The line of Linux (`kernel /vmlinuz …`, `module /vmlinuz …`, `linux /vmlinuz …`). */
  readonly kernel: BootLine | undefined
}

export interface BootLine {
  readonly image: string
  /** What follows the image. */
  readonly words: readonly string[]
  readonly evidence: Place
}

export interface BootDefault {
  /** `GRUB_CMDLINE_LINUX`, `GRUB_CMDLINE_LINUX_DEFAULT`, `GRUB_CMDLINE_XEN`, …; `cmdline` for /etc/kernel/cmdline. */
  readonly name: string
  readonly words: readonly string[]
  readonly evidence: Place
}

export interface ClockFacts {
  readonly source: Fact<string> | undefined
  readonly available: Fact<readonly string[]> | undefined
  /** What the start of the machine writes into current_clocksource, the last of it. */
  readonly written?: Fact<string>
  readonly eventDevices: readonly Fact<{ readonly name: string; readonly device: string }>[]
  /** Ticks per second of this kernel (CONFIG_HZ). */
  readonly hz: Fact<number> | undefined
  /** No tick while a processor is idle, or at all. */
  readonly tickless: Fact<boolean> | undefined
  /** Resolution of timers: 1e-9 means high-resolution timers. */
  readonly timerResolution: Fact<Seconds> | undefined
  /** What adjtimex said when the copy was made, or just now. */
  readonly kernel: Fact<KernelClock> | undefined
}

export interface CpuFacts {
  readonly present: Fact<number> | undefined
  readonly online: Fact<readonly number[]> | undefined
  /** Those on which a program that nobody pinned may run. */
  readonly allowed: Fact<readonly number[]> | undefined
  readonly model: Fact<string> | undefined
  /** Of the flags of the processor those that bear on the TSC. */
  readonly tscFlags: Fact<readonly string[]> | undefined
  /** Share of all time since the boot in which the hypervisor gave a processor to somebody else: 0 to 1. */
  readonly steal: Fact<number> | undefined
}

export interface Sysctl {
  /** With dots: `xen.independent_wallclock`. */
  readonly name: string
  /** What the files set, in the order in which they are applied: the last one wins. */
  readonly set: readonly Fact<string>[]
  /** What the running kernel has. */
  readonly running: Fact<string> | undefined
  /** What stands in /etc/sysctl.conf where nobody reads that file. */
  readonly idle?: Fact<string>
  /** /etc/sysctl.conf was seen: what is not set is set nowhere, and not merely in a file that a copy lacks. */
  readonly confSeen?: true
}

export interface RtcFacts {
  readonly present: Fact<string> | undefined
  /** What it lacks against the system clock. Positive: the RTC is behind. To a second, unless a reading says better. */
  readonly offset: Fact<{ readonly seconds: Seconds; readonly uncertainty: Seconds }> | undefined
  /** What hwclock has learnt of its drift (/etc/adjtime): positive when the RTC gains. */
  readonly drift: Fact<Rate> | undefined
  readonly mode: Fact<'utc' | 'local'> | undefined
  /** What the zone of the machine was ahead of UTC, where a copy says it. */
  readonly zoneAhead: Fact<Seconds> | undefined
}

export interface PtpDevice {
  /** `/dev/ptp0`. */
  readonly device: string
  /** Its own name: `KVM virtual PTP`, `hyperv`, `ena-ptp-05`, … */
  readonly clock: Fact<string>
  /** Names by which udev links to it: `/dev/ptp_hyperv`. */
  readonly links: readonly string[]
}

export interface GuestTool {
  /** `vmtoolsd`, `VBoxService`, `hv_utils`, `qemu-ga`, `prltoolsd`, `xe-daemon`, … */
  readonly name: string
  readonly installed: Fact<string> | undefined
  readonly runs: Fact<boolean> | undefined
  /** Will it be started with the machine? Only asked of those that set the clock without being told to. */
  readonly enabled?: Fact<boolean> | undefined
  readonly unit?: UnitFacts | undefined
  /** Does it set the clock? `when-asked`: on the host's order. `after-events`: after a resume, a restore, its start. */
  readonly setsTime: Fact<'periodically' | 'after-events' | 'when-asked' | 'no'> | undefined
  /** Jobs by which it is told to set the clock periodically. */
  readonly switchedOn?: readonly ClockJob[]
}

export interface TimeDaemon {
  /**
   * `chronyd`, `ntpd`, `ntpsec`, `openntpd`, `systemd-timesyncd`, `ntpd-rs`, `busybox-ntpd`, `ptp4l`, `phc2sys`, `timemaster`,
   * `ptpd`, `sfptpd`, `htpdate`, `ntpdate`, `clockwright`, …
   */
  readonly name: string
  /** The package or the program that is there. A copy without programs may have its configuration alone. */
  readonly installed: Fact<string> | undefined
  /** Will it be started with the machine? */
  readonly enabled: Fact<boolean> | undefined
  readonly runs: Fact<boolean> | undefined
  /**
   * It runs in a container, or is of no package of this machine, and another is this machine's own: whether it may set the clock a
   * copy does not tell.
   */
  readonly elsewhere?: true
  readonly pid: number | undefined
  /** As its own project counts: `4.3`, `4.2.8p15`, `1.2.2`. */
  readonly version: Fact<string> | undefined
  /** With what it runs, or would be started: the words, the program first. The evidence is every place that adds to it. */
  readonly commandLine: Fact<readonly string[]> | undefined
  /** Does it set the clock? Not when its command line or its file says that it only measures, or the kernel would refuse. */
  readonly setsTime: Fact<boolean> | undefined
  /** The main file first, then what it includes, as they are read. */
  readonly configuration: readonly ConfigurationFile[]
  /** What its main file is made from, as the head of that says, where it is there: the hook of DHCP copies it. */
  readonly madeFrom?: ConfigurationFile | undefined
  /** What says how it keeps time, is there, and could not be read: of its configuration, its unit, its options. */
  readonly unreadable: readonly Unreadable[]
  /** Lines that include what is not there, and of which a copy does not tell whether the machine has it. */
  readonly unseen?: readonly Place[]
  /** Lines of files beside those that it includes, which by their names are not among them. */
  readonly misnamed?: readonly Place[]
  /** Servers that the network names for it (DHCP), where it has no others. */
  readonly given?: Fact<string> | undefined
  /** What hands it the servers that DHCP names, if DHCP names any: a script, or a setting. */
  readonly dhcpHook?: Fact<string> | undefined
  readonly unit: UnitFacts | undefined
  /** Where it is told to write statistics, and why it cannot; undefined where it can, or nobody knows. */
  readonly cannotWrite: Fact<string> | undefined
  /** The correction of the rate that it holds, as it wrote it down or told it. Positive: it speeds the clock up. */
  readonly heldFrequency?: Fact<Rate> | undefined
}

/** `offset-now`: positive when the clock is behind. `too-distant`: how far from the root. Without a source it is said of the clock as a whole. */
export interface Reported {
  readonly says:
    | 'synchronised'
    | 'unsynchronised'
    | 'offset-now'
    | 'stratum-now'
    | 'selected'
    | 'unreachable'
    | 'rejected'
    | 'too-distant'
    | 'jitter-too-high'
    | 'falseticker'
    /** ntpd follows the clock of the machine itself. */
    | 'own-clock'
    /** So many sources are not asked; for none of so many an address was found; this one answers and gives no time. */
    | 'offline'
    | 'nameless'
    | 'without-time'
    /** systemd-timesyncd waited so often for a reply, or found so often no address for a name, since it last had a reply. */
    | 'timed-out'
    | 'unresolved'
    /** chronyd has no key of the number that is the size. */
    | 'key-missing'
  readonly source: string | undefined
  /** Seconds, a stratum, or how many. */
  readonly size: Seconds | undefined
  readonly evidence: Place
}

export interface ClockJob {
  /** The crontab, the script, the timer or the service. */
  readonly name: string
  /** The timer or the service, which systemd knows by its name. */
  readonly unit: string | undefined
  /** `ntpdate`, `hwclock`, `date`, … */
  readonly program: string
  /** As written: `17 * * * *`, `OnCalendar=hourly`; or in words. */
  readonly when: string
  /** From one time to the next, where that is plain. */
  readonly every: Seconds | undefined
  /** Not once at the start only. */
  readonly repeats: boolean
  /** It sends from port 123 (ntpdate without -u), and sets nothing while another program has that. */
  readonly takesPort?: true
  /** The process or the service that it looks for first: it sets nothing where that runs. */
  readonly unlessRuns?: string
  /** Where the command stands, when a script does it that the job runs. */
  readonly script?: string
  /** What sets the clock, and where; after that who runs the script in which it stands. */
  readonly command: Fact<string>
  /** Other lines of that script, which stop a daemon for it and start it again. */
  readonly around?: readonly Place[]
}

export interface IdleJob extends ClockJob {
  /** What keeps it from it. */
  readonly hindered: Place
}

export interface ClockSteps {
  /** The program that says so; undefined where another one only noticed it. */
  readonly by: string | undefined
  readonly count: number
  /** The usual time from one to the next, when it is always the same. */
  readonly every: Seconds | undefined
  /** The usual size, where it is said: positive when the clock was behind. */
  readonly size: Seconds | undefined
  /** The last few. */
  readonly evidence: readonly Place[]
  /** Those by which a daemon that had been at work for long set the clock forward, and back: at its start it may well have to. */
  readonly inRun?: Readonly<Partial<Record<'forward' | 'back', StepsInRun>>>
}

export interface StepsInRun {
  readonly count: number
  readonly largest: Seconds
  /** The last few. */
  readonly evidence: readonly Place[]
  /** How long the log goes on after the last of them, and the longest time from one to the next; undefined where that cannot be told. */
  readonly quiet: Seconds | undefined
  readonly apart: Seconds | undefined
}

export interface ConfigurationFile {
  readonly path: string
  /** The whole text. Passwords and keys in it are not removed: do not print it unseen. */
  readonly text: string
  /** The file and line that names this one; undefined for the main file. */
  readonly includedBy: Place | undefined
}

export interface UnitFacts {
  /** `chrony.service`; for a script of SysV init `/etc/init.d/ntpd`. */
  readonly name: string
  /** The file of the unit, then its drop-ins. */
  readonly files: readonly string[]
  /**
   * The link by which nobody can start it (`systemctl mask`), or the empty file that does the same, and whether it would be started
   * with the machine without.
   */
  readonly mask?:
    | { readonly link: string; readonly wanted: boolean; readonly empty?: true | undefined }
    | undefined
  /** With which words it would be started now; the running process may be older. */
  readonly starts: Fact<readonly string[]> | undefined
  /** `ConditionVirtualization=!container` and the other conditions under which it is started, as written. */
  readonly conditions: readonly UnitCondition[]
  /** Units of which systemd stops one when it starts the other (`Conflicts=`). */
  readonly conflicts: readonly Fact<string>[]
  /** When systemd starts it again by itself (`Restart=`). */
  readonly restart?: Fact<string> | undefined
}

export interface UnitCondition {
  /** `ConditionVirtualization`, `ConditionCapability`, … */
  readonly name: string
  readonly value: string
  /** Is it met on this machine? Undefined when that cannot be told from here. */
  readonly met: boolean | undefined
  readonly evidence: Place
}

export interface KernelMessage {
  /** What it means, in the words of the logs' events: `clocksource-unstable`, `cpus-differ`, `stalled`, … or `clock` for the rest. */
  readonly means: string
  /** Seconds since the boot, where the message has them. */
  readonly sinceBoot: Seconds | undefined
  readonly evidence: Place
}
