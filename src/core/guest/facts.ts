/** What is known of the machine whose clock this is. Read at the edge, judged by pure code. Unknown is undefined. */
import type { Leap } from '#core/time/leap.ts'
import type { Rate, Seconds } from '#core/time/units.ts'

export interface MachineFacts {
  readonly hostname: string
  readonly kernel: string
  readonly cpus: number
  readonly hypervisor: Hypervisor | undefined
  readonly clocksource: string | undefined
  readonly clocksources: readonly string[]
  /** Every time daemon or guest tool that runs and may set this clock. */
  readonly timekeepers: readonly Timekeeper[]
  /** Identity of this boot (/proc/sys/kernel/random/boot_id). */
  readonly boot: string
}

export interface Hypervisor {
  /** `kvm`, `firecracker`, `vmware`, `hyperv`, `xen-pv`, `xen-hvm`, `virtualbox`, `bhyve`, `parallels`, `unknown`. */
  readonly name: string
  /** Where that was read, for people: "CPUID flag hypervisor; DMI sys_vendor QEMU". */
  readonly evidence: string
}

export interface Timekeeper {
  /** `chronyd`, `ntpd`, `systemd-timesyncd`, `vmtoolsd` … */
  readonly name: string
  readonly pid: number
  readonly commandLine: string
  /** False when it is known only to measure (chronyd -x, say). */
  readonly disciplines: boolean
}

/** What the kernel says about its own clock: a read-only adjtimex. */
export interface KernelClock {
  /** The correction that is being applied, tick included: positive speeds the clock up. */
  readonly frequency: Rate
  readonly offset: Seconds
  readonly maxError: Seconds
  readonly estError: Seconds
  readonly synchronised: boolean
  readonly leap: Leap
  readonly taiOffset: number | undefined
  /** Names of the set STA_ bits. */
  readonly status: readonly string[]
}

/** Something that this machine does not allow or does not have, and what is lost by it. */
export interface Loss {
  readonly name: string
  readonly text: string
}
