/**
 * The short form of the trials: one guest, one pause of ten seconds, and the agent of this checkout watching inside.
 * What it says of the clock must hold against the truth, before and after. `npm run test:vm` does the long ones.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Seconds } from '#core/time/units.ts'
import { prepareBed } from './bed.ts'
import { Guest } from './guest.ts'
import { Network, SERVER_ADDRESSES } from './network.ts'
import { shortPause } from './scenarios.ts'
import { type Server, startHonestServer } from './servers.ts'
import { type Belief, SUBJECTS, startSubject, sureThatItRuns } from './subjects.ts'

const clockwright = SUBJECTS.find(({ name }) => name === 'clockwright')!
/** Two servers agree; more cost an emulated processor more than they add here. */
const ADDRESSES = SERVER_ADDRESSES.slice(0, 2)

let missing: string | undefined
let network: Network | undefined
let servers: Server[] = []
let guest: Guest | undefined

/** The first time QEMU is installed, the second and later ones take a moment. */
beforeAll(async () => {
  const prepared = await prepareBed()
  if ('missing' in prepared) {
    missing = prepared.missing
    console.warn(`virtual machines are not tested: ${missing}`)
    return
  }
  network = await Network.open()
  servers = await Promise.all(ADDRESSES.map(address => startHonestServer(network!, prepared.bed, address)))
  guest = await Guest.boot(network, prepared.bed)
}, 600_000)

afterAll(async () => {
  await guest?.stop()
  for (const server of servers) server.stop()
  network?.close()
})

test('what the agent says of a real guest’s clock is true, before and after a pause of 10 s', async ({
  skip,
}) => {
  if (!guest) return skip(missing)
  await startSubject(clockwright, guest, ADDRESSES)
  await beliefThat(({ offset }) => Math.abs(offset) < 0.5, 60)
  await expectTrue()

  await shortPause(guest)
  // From here until its next poll, of 16 s at most, it cannot know.
  await beliefThat(({ offset }) => Math.abs(offset) > 9, 60)
  await expectTrue()
  await sureThatItRuns(clockwright, guest)
}, 200_000)

async function beliefThat(holds: (belief: Belief) => boolean, patience: Seconds): Promise<void> {
  const end = performance.now() + 1e3 * patience
  for (; performance.now() < end; await sleep(500)) {
    const belief = await clockwright.belief!(guest!)
    if (belief && holds(belief)) return
  }
  throw new Error(`not believed within ${patience} s; the agent says:\n${await guest!.log('subject')}`)
}

async function expectTrue(): Promise<void> {
  const before = await guest!.measure()
  const belief = await clockwright.belief!(guest!)
  const after = await guest!.measure()
  // Its bound is for the moment of the answer; the truth lies between the two looks, each with a bound of its own.
  const truth = (before.offset + after.offset) / 2
  const known = Math.max(before.errorBound, after.errorBound) + Math.abs(after.offset - before.offset)
  expect(belief).toBeDefined()
  expect(Math.abs(belief!.offset - truth)).toBeLessThan(belief!.errorBound + known)
}
