/** What Linux says of clocks, of the machine standing still, and of counters that differ. Of 2.6 to 6; Xen's too. */
import type { Seconds } from '#core/time/units.ts'
import { type Said, said } from '../log/said.ts'

/** No drift between two looks at the host takes so much. */
const PAUSE: Seconds = 1

/** As it calls what it runs on, and as our rules do. */
const HYPERVISORS: Readonly<Record<string, string>> = {
  KVM: 'kvm',
  VMware: 'vmware',
  'Microsoft Hyper-V': 'hyperv',
  'Microsoft HyperV': 'hyperv',
  'Xen HVM': 'xen-hvm',
  'Xen PV': 'xen-pv',
}

const SENTENCES: readonly (readonly [RegExp, (match: RegExpExecArray) => Said | undefined])[] = [
  [
    /^Hypervisor detected: (.+)$/,
    m => {
      const source = HYPERVISORS[m[1]!]
      return source ? said('hypervisor-named', { source }) : undefined
    },
  ],
  [/^(?:clocksource: )?Switched to clocksource (\S+)/i, m => said('clocksource-chosen', { source: m[1] })],
  [/Marking clocksource '?(\w+)'? as unstable/, m => said('clocksource-unstable', { source: m[1] })],
  // By `notsc` or `tsc=unstable` somebody chose so, and the kernel found nothing wrong.
  [
    /^tsc: Marking TSC unstable due to (?!boot parameter)/i,
    () => said('clocksource-unstable', { source: 'tsc' }),
  ],
  [/^Marking TSC unstable due to (?!boot parameter)/, () => said('clocksource-unstable', { source: 'tsc' })],
  [
    /^Clocksource (\w+) unstable \(delta = (-?\d+) ns\)/,
    m => said('clocksource-unstable', { source: m[1], size: Number(m[2]) * 1e-9 }),
  ],
  [/^Measured (\d+) cycles TSC warp between CPUs/, m => said('cpus-differ', { size: Number(m[1]) })],
  [/crng reseeded due to virtual machine fork/, () => said('restored')],
  [/^PM: suspend entry/, () => said('suspended')],
  [/^PM: suspend exit/, () => said('resumed')],
  [/^(?:PM: )?Timekeeping suspended for (\d+\.\d+) seconds/, m => said('resumed', { size: Number(m[1]) })],
  // Hyper-V's time synchronisation, and so WSL: what the clock shows, and what the host says.
  [
    /^hv_utils: TimeSync - Current \{(\d+), (\d+)\}; New \{(\d+), (\d+)\}/,
    m => {
      const behind = Number(m[3]) - Number(m[1]) + (Number(m[4]) - Number(m[2])) * 1e-9
      return behind > PAUSE ? said('stalled', { size: behind }) : undefined
    },
  ],
  [/soft lockup - CPU#\d+ stuck for (\d+)s/, m => said('stalled', { size: Number(m[1]) })],
  [/^rcu: INFO: rcu_\w+ (?:self-)?detected stall/, () => said('stalled')],
  [
    /Time went backwards: (?:ret=\S+ )?delta=(-?\d+)/,
    m => said('went-backwards', { size: Math.abs(Number(m[1])) * 1e-9 }),
  ],
  [/Time went backwards/, () => said('went-backwards')],
  // Kernels up to 2.6.20, which counted time in ticks.
  [/^(?:warning: many lost ticks|Losing too many ticks!)/, () => said('ticks-lost')],
  [/^Clock: (?:inserting|deleting) leap second/i, () => said('leap-second')],
]

/** In a system log the time since the boot stands before a message. */
export const SINCE_BOOT = /^\[ *\d+\.\d+\] /

/** Undefined when it means nothing here. */
export function readKernelMessage(line: string): Said | undefined {
  const message = line.replace(SINCE_BOOT, '')
  for (const [pattern, read] of SENTENCES) {
    const match = pattern.exec(message)
    if (match) return read(match)
  }
  return undefined
}
