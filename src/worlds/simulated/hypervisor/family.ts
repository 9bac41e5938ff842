/**
 * What hypervisors do to the clocks of a guest while it does not run, and what a guest of each has on board to notice it:
 * the one table from which all signs come.
 *
 * Three things can happen to the counter (CLOCK_MONOTONIC). It `stands`: all clocks of the guest are where they were.
 * It `runs-on`: no clock has lost anything, and the guest sees one long gap. `kernel-adds`: the guest's kernel took part;
 * the counter stands and the wall clock is carried on by what the persistent clock shows. `impossible`: not with this one.
 *
 * From sources or documents: KVM and QEMU (kvm-clock saved on stop and set back on cont; a TSC that is the clocksource runs
 * on through stop and cont and is restored on migration), VMware's and Hyper-V's continued counters, classic Xen's wall
 * clock, the suspend of Linux. Assumed: what Xen does to a guest that is only paused (its system time is the host's, so PV
 * runs on; an HVM guest's timers stand), and Firecracker's pause, which saves no clock unless it makes a snapshot.
 */

export const VERBS = ['pause', 'suspend', 'sleep', 'migrate', 'revert'] as const
/**
 * `pause`: the processors stop, and go on. `suspend`: to a file, and back. `sleep`: the host itself sleeps, lid closed.
 * `migrate`: to another host while it runs, but for the downtime. `revert`: memory is loaded from a snapshot.
 */
export type Verb = (typeof VERBS)[number]

export type Standing = 'stands' | 'runs-on' | 'kernel-adds' | 'impossible'

/** What is on board. */
export interface Devices {
  /** A battery clock that goes on with the host's clock. */
  readonly rtc: boolean
  /** The host's clock, readable in microseconds (ptp_kvm, ptp_hyperv, ptp_vmw, …); also to be asked at the address `host-clock`. */
  readonly ptp: boolean
  /** A page that says that the counter was disturbed. */
  readonly vmclock: boolean
  /** A number that changes when memory is loaded from a snapshot; the kernel reseeds and says so. */
  readonly vmgenid: boolean
  /** A TSC that is not the kernel's clock, and so runs on where that one is stopped. */
  readonly tsc: boolean
}

export interface Family {
  readonly does: Readonly<Record<Verb, Standing>>
  /** What guests usually have here; a configuration may say otherwise. */
  readonly devices: Devices
  /** The wall clock is the host's, whatever the guest sets. */
  readonly dependentWall?: true
  /** The persistent clock from which the kernel carries the wall clock on shows whole seconds. */
  readonly coarsePersistentClock?: true
  /** A suspend of the kernel's is the hypervisor's doing, and may lead to another host: nobody says how long it took. */
  readonly suspendMayMove?: true
}

const stopped = (pause: Standing): Family['does'] => ({
  pause,
  suspend: 'stands',
  sleep: 'stands',
  migrate: 'stands',
  revert: 'stands',
})

const NOTHING: Devices = { rtc: false, ptp: false, vmclock: false, vmgenid: false, tsc: false }
const RTC: Devices = { ...NOTHING, rtc: true }

export const FAMILIES = {
  'kvm-clock': { does: stopped('stands'), devices: { ...RTC, tsc: true } },
  'kvm-tsc': { does: stopped('runs-on'), devices: RTC },
  vmware: { does: stopped('stands'), devices: { ...RTC, vmgenid: true } },
  'hyper-v': { does: stopped('stands'), devices: { ...NOTHING, ptp: true, vmgenid: true } },
  firecracker: { does: stopped('runs-on'), devices: { ...NOTHING, vmgenid: true } },
  'xen-hvm': { does: stopped('stands'), devices: RTC },
  /** A classic kernel that keeps its own time: `independent_wallclock` is 1. */
  'xen-pv-independent': { does: stopped('runs-on'), devices: NOTHING },
  /** A classic kernel as it comes. */
  'xen-pv-dependent': { does: stopped('runs-on'), devices: NOTHING, dependentWall: true },
  /** A kernel from 3.0 on: it is told to suspend, and reads Xen's wall clock when it is back. */
  'xen-pvops': {
    does: {
      pause: 'runs-on',
      suspend: 'kernel-adds',
      sleep: 'stands',
      migrate: 'kernel-adds',
      revert: 'kernel-adds',
    },
    devices: NOTHING,
    suspendMayMove: true,
  },
  'bare-metal': {
    does: {
      pause: 'impossible',
      suspend: 'kernel-adds',
      sleep: 'kernel-adds',
      migrate: 'impossible',
      revert: 'impossible',
    },
    devices: RTC,
    coarsePersistentClock: true,
  },
} as const satisfies Record<string, Family>

export type FamilyName = keyof typeof FAMILIES
