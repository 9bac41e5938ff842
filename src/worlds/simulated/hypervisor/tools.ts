/**
 * Programs that set the guest's clock to the host's: when the guest runs again, and some of them all the time.
 *
 * Measured: qemu-guest-agent's guest-set-time (0.7 to 3.3 s after it was asked; 2.4 to 115 ms behind with a time given, 0.2 to
 * 0.3 s ahead from the RTC). From source: VMware Tools step at a resume only what is more than the host's limit (assumed: a
 * second, as their comments say) and read the host within 2 ms; the periodic part is `vmware-time-sync.ts`. Documented:
 * Hyper-V's hv_utils set the clock at each resume and leave it alone otherwise. Assumed: how soon and how well they do so.
 */
import type { Seconds } from '#core/time/units.ts'
import type { FamilyName } from './family.ts'

type Range = readonly [from: Seconds, to: Seconds]

export interface ToolsConfig {
  readonly onResume?: OnResume
  /** The guest is compared with the host once a minute, as VMware Tools do it. */
  readonly periodic?: boolean
}

export interface Tools extends ToolsConfig {
  /** Where there is such a host to be asked. */
  readonly families: readonly FamilyName[]
}

export interface OnResume {
  /** So long after the guest runs again. */
  readonly after: Range
  /** The clock is then so far ahead of the host's. */
  readonly ahead: Range
  /** What is less is left as it is, and a clock that is ahead, too. */
  readonly onlyBeyond?: Seconds
}

const MS = 1e-3

const VMWARE: Tools = {
  families: ['vmware'],
  onResume: { after: [0.5, 3], ahead: [-2 * MS, 0], onlyBeyond: 1 },
}

const QEMU: readonly FamilyName[] = ['kvm-clock', 'kvm-tsc']

export const TOOLS = {
  'vmware-tools': VMWARE,
  'vmware-tools-periodic': { ...VMWARE, periodic: true },
  'qemu-guest-agent': { families: QEMU, onResume: { after: [0.7, 3.3], ahead: [-115 * MS, -2.4 * MS] } },
  /** guest-set-time without a time, or `hwclock -s` by hand. */
  'qemu-guest-agent-from-rtc': { families: QEMU, onResume: { after: [0.7, 3.3], ahead: [0.2, 0.3] } },
  'hv-utils': { families: ['hyper-v'], onResume: { after: [0.05, 1], ahead: [-1 * MS, 1 * MS] } },
} as const satisfies Record<string, Tools>

export type ToolsName = keyof typeof TOOLS

/** By how much a clock that is `behind` the host's is set; nothing when it is left alone. */
export function setBy({ ahead, onlyBeyond }: OnResume, behind: Seconds, chance: number): Seconds {
  if (onlyBeyond !== undefined && behind <= onlyBeyond) return 0
  return behind + ahead[0] + chance * (ahead[1] - ahead[0])
}
