/**
 * What is known of the machine whose files are read, beside the files: nothing of it is needed, and the more there is the
 * more can be said for sure. Names are those of the inventory of a machine.
 */
import type { Distribution, Fact, Place } from '#core/guest/inventory.ts'
import { numbersOf, type Reader } from '#dialects/grammar.ts'
import { type KernelRelease, releaseOn } from '#dialects/linux/kernel-release.ts'
import { type NtpdVersion, parseVersion } from '#dialects/ntpd/version.ts'

export const DAEMONS = ['ntpd', 'ntpsec', 'chronyd', 'systemd-timesyncd', 'openntpd', 'ntpd-rs'] as const
export type DaemonName = (typeof DAEMONS)[number]

export interface About {
  /** The time daemons that run there, or would be started; left out when nobody knows. */
  readonly daemons?:
    | readonly {
        readonly name: DaemonName
        readonly version?: string | undefined
        /** Only its configuration is there: nobody knows whether it runs. */
        readonly presumed?: boolean
        /** It runs, and leaves the clock alone. */
        readonly watches?: boolean
        /** The network names servers for it, besides its files. */
        readonly given?: boolean
        /** What hands it the servers that DHCP names, if it names any. */
        readonly dhcpHook?: Fact<string> | undefined
        /** By whom it is started: a unit, or the path of a script. */
        readonly unit?: { readonly name: string; readonly restart?: Fact<string> | undefined } | undefined
        readonly enabled?: Fact<boolean> | undefined
      }[]
    | undefined
  /** Who sets its clock after a resume, a restore or a migration, besides the daemon: the service of Hyper-V, or VMware Tools. */
  readonly putRightBy?: 'hv_utils' | 'vmtoolsd' | undefined
  /** Who sets the clock there, of these daemons or of others. */
  readonly setters?: readonly string[] | undefined
  /** `kvm`, `xen-pv`, `xen-hvm`, `vmware`, `hyperv`, … ; `none` for a real machine. */
  readonly hypervisor?: string | undefined
  /** What is built upon it: `aws`, `azure`, `gcp`, `openstack`, … */
  readonly platform?: string | undefined
  /** `uname -r` */
  readonly kernel?: string | undefined
  /** It has the switch `xen.independent_wallclock`; left out when that is to be told by its release. */
  readonly wallclockSwitch?: boolean | undefined
  /** What its files and scripts set that switch to in the end; left out when these files are all that is known. */
  readonly wallclockAtStart?: string | undefined
  readonly distribution?: Distribution | undefined
  /** `uname -m` */
  readonly architecture?: string | undefined
  /** Its PTP devices, each with its own name and those that udev links to it; left out when nobody knows. */
  readonly ptp?:
    | readonly { readonly device: string; readonly clock: string; readonly links: readonly string[] }[]
    | undefined
  /** All files that these include are here: what is not said is not said anywhere. */
  readonly complete?: boolean | undefined
  /** Of a copy: the lines that include what is not in it. All else that is included is here, or nowhere. */
  readonly unseen?: readonly Place[] | undefined
  /** Of chronyd: lines of files that lie in a folder that it reads, under a name of which it reads none there. */
  readonly misnamed?: readonly Place[] | undefined
  /** The servers that its daemon listed when the copy was made. */
  readonly heard?: readonly Place[] | undefined
  /** Few sources are meant: a test bed with one server that is watched. */
  readonly controlled?: boolean | undefined
}

/** The same, ready for questions. */
export interface Machine {
  readonly about: About
  readonly ntpd: NtpdVersion | undefined
  readonly chrony: Reader | undefined
  readonly timesyncd: Reader | undefined
  readonly ntpdRs: Reader | undefined
  /** Undefined: not known. */
  readonly isGuest: boolean | undefined
  readonly kernel: KernelRelease | undefined
}

export function machineOf(about: About): Machine {
  const versionOf = (...names: readonly DaemonName[]) =>
    about.daemons?.find(({ name }) => names.includes(name))?.version
  const reader = (name: DaemonName): Reader | undefined => {
    const version = versionOf(name)
    return version === undefined ? undefined : { numbers: numbersOf(version) }
  }
  return {
    about,
    ntpd: ntpdVersion(about),
    chrony: reader('chronyd'),
    timesyncd: reader('systemd-timesyncd'),
    ntpdRs: reader('ntpd-rs'),
    isGuest: about.hypervisor === undefined ? undefined : about.hypervisor !== 'none',
    kernel: releaseOn(about.kernel, about.architecture),
  }
}

function ntpdVersion({ daemons }: About): NtpdVersion | undefined {
  const ntpd = daemons?.find(({ name }) => name === 'ntpd' || name === 'ntpsec')
  if (ntpd?.version === undefined) return undefined
  return parseVersion(ntpd.name === 'ntpsec' ? `ntpsec ${ntpd.version}` : ntpd.version)
}
