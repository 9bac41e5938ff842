/** What is done to a guest. Each ends at the moment from which the subject can do something about it. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Seconds } from '#core/time/units.ts'
import type { Guest } from './guest.ts'

export interface Scenario {
  readonly name: string
  readonly about: string
  readonly happen: (guest: Guest) => Promise<void>
}

const wait = (seconds: Seconds) => sleep(1e3 * seconds)

const pause = (seconds: Seconds) => async (guest: Guest) => {
  await guest.pause()
  await wait(seconds)
  await guest.resume()
}

export const SCENARIOS: readonly Scenario[] = [
  { name: 'pause', about: 'paused for 30 s', happen: pause(30) },
  {
    name: 'suspend',
    about: 'saved into a file, and restored 60 s later',
    happen: async guest => {
      const file = await guest.save()
      await wait(60)
      await guest.restore(file)
    },
  },
  {
    name: 'rewind',
    about: 'set back to what it was 20 s ago',
    happen: async guest => {
      const file = await guest.save()
      await guest.resume()
      await wait(20)
      await guest.restore(file)
    },
  },
  {
    name: 'migration',
    about: 'live, to another host with the same time',
    happen: async guest => void (await guest.migrate()),
  },
  {
    name: 'migration-ahead',
    about: 'live, to a host whose clock is 5 s ahead',
    happen: async guest => void (await guest.migrate({ hostAhead: 5 })),
  },
  {
    name: 'agent',
    about: 'paused for 30 s, then the host sets the time right',
    happen: async guest => {
      await pause(30)(guest)
      await guest.setTimeByAgent()
    },
  },
  {
    name: 'agent-wrong',
    about: 'the host sets the time 5 s ahead',
    happen: guest => guest.setTimeByAgent({ ahead: 5 }),
  },
]

/** Short, for the tests that run each time. */
export const shortPause = pause(10)
