/** What this machine does not have or does not allow, in words for the person who runs it. */
import type { Loss } from '#core/guest/facts.ts'
import type { LoadedLibc } from '../libc.ts'

/** What could be had of the kernel. */
export interface Gained {
  readonly watch: boolean
  readonly stamped: boolean
  readonly witnessed: boolean
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
  return losses
}
