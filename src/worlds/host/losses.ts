/** What this machine does not have or does not allow, in words for the person who runs it. */
import type { Loss } from '#core/guest/facts.ts'
import type { LoadedLibc } from '../libc.ts'
import type { Witnessed } from './signs/signs.ts'

/** What could be had of the kernel. */
export interface Gained {
  readonly watch: boolean
  readonly stamped: boolean
  readonly witnessed: boolean
  readonly signs: Witnessed
}

export function findLosses(libc: LoadedLibc, gained: Gained): Loss[] {
  const losses: Loss[] = []
  if (libc.kind === 'missing') {
    losses.push({
      name: 'no-libc',
      text:
        `The C library cannot be called (${libc.why}: ${libc.text}). The wall clock is known to 1 ms only, the counter ` +
        'is slewed with the clock, and the kernel cannot be asked about its own clock.',
    })
  }
  if (!gained.stamped) {
    losses.push({
      name: 'no-kernel-stamps',
      text:
        'The kernel does not stamp packets here, so they are stamped when this program comes round to them: ' +
        'about 0.1 ms late on a quiet machine, and tens of milliseconds on a busy one.',
    })
  }
  if (libc.kind === 'missing' || !gained.watch) {
    losses.push({
      name: 'no-network-errors',
      text: 'A server whose host refuses the port, or to which there is no route, looks like one that does not answer.',
    })
  }
  if (!gained.witnessed) {
    losses.push({
      name: 'no-step-witness',
      text:
        'The kernel does not say when the clock is set. Steps are found within a second by comparing clocks, and those ' +
        'of less than a few milliseconds are not found.',
    })
  }
  return [...losses, ...lostWitnesses(gained.signs)]
}

/** Who will not say that the hypervisor stopped this machine. What is nobody's fault is told, too: it decides how soon. */
function lostWitnesses({ rtc, tsc, vmclock, kernelLog, hostClock }: Witnessed): Loss[] {
  const losses: Loss[] = []
  if (vmclock === 'not-allowed') {
    losses.push({
      name: 'vmclock-not-allowed',
      text:
        'There is a VMClock, and this program may not read /dev/vmclock0. With it, a migration or a restore would be ' +
        'noticed within 0.1 s.',
    })
  }
  if (hostClock === 'not-allowed') {
    losses.push({
      name: 'host-clock-not-allowed',
      text:
        'The hypervisor offers its clock as a PTP device, and this program may not open it. With it, a pause would be ' +
        'noticed within a second and known to microseconds.',
    })
  }
  const pauses = [rtc, tsc, hostClock].includes('here')
  if (!pauses) {
    losses.push({
      name: 'no-pause-witness',
      text:
        `Nothing here goes on while the hypervisor stops this machine: no RTC${hostClock === 'none' ? ', no PTP clock of the host' : ''}${tsc === 'clocksource' ? ', and the clock is made of the TSC itself' : ''}. ` +
        'A pause is found when the servers are asked next, and until then the error bound does not cover it.',
    })
  }
  if (vmclock === 'none' && kernelLog !== 'here') {
    losses.push({
      name: 'no-restore-witness',
      text:
        'Nothing here says that this machine was restored from a snapshot: there is no VMClock, and the log of the ' +
        `kernel ${kernelLog === 'not-allowed' ? 'may not be read' : 'cannot be read'}.`,
    })
  }
  return losses
}
