import * as v from 'valibot'
import { expect, test } from 'vitest'
import { play } from '../play.ts'
import { checkTogether } from '../scenario/check.ts'
import { scenarioSchema } from '../scenario/schema.ts'
import { hostClockSources, showsHostClock } from './host-clock.ts'
import { storyFor } from './story-for.ts'

const story = (hypervisor?: object) =>
  v.parse(scenarioSchema, {
    title: 'A guest of Hyper-V',
    about: 'It is stopped, and its clock with it.',
    duration: '3h',
    ...(hypervisor && { hypervisor }),
    server: [{ address: '192.0.2.1', delay: '5ms', jitter: '1ms' }],
    event: [{ kind: 'pause', at: '2h', length: '30s' }],
    player: [{ daemon: 'chrony', config: PHC }],
  })
const PHC = 'refclock PHC /dev/ptp_hyperv poll 3 dpoll -2 offset 0 stratum 2\nmakestep 1.0 -1\n'
const seen = { family: 'hyper-v', ptp: true, offset: '100us' }
const unseen = { ...seen, ptp: false }
const scoreOf = (hypervisor: object | undefined, config: string) =>
  play({ scenario: story(hypervisor), player: { kind: 'chronyd', name: 'c', config }, seed: 1 }).score

test('a story shows the clock of its host as the family does, or as it says', () => {
  expect(showsHostClock(story(seen))).toBe(true)
  expect(showsHostClock(story({ family: 'hyper-v' }))).toBe(true)
  expect(showsHostClock(story(unseen))).toBe(false)
  expect(showsHostClock({ hypervisor: undefined })).toBe(false)
})

test('the line of a guest of Hyper-V is a source of its own, asked every eight seconds', () => {
  const refclock = { line: 1, text: '', driver: 'PHC', parameter: '/dev/ptp0' }
  const [source] = hostClockSources([{ ...refclock, options: ['poll', '3', 'dpoll', '-2', 'trust'] }])
  expect(source).toMatchObject({ address: 'host-clock', minpoll: 3, maxpoll: 3, trust: true })
  expect(hostClockSources([{ ...refclock, options: [] }])).toMatchObject([{ minpoll: 4 }])
  expect(hostClockSources([{ ...refclock, driver: 'PPS', options: [] }])).toEqual([])
})

test('alone it keeps the clock where the host shows its own, and is refused where it does not', () => {
  expect(checkTogether(story(seen))).toEqual([])
  expect(checkTogether(story(unseen))).toHaveLength(1)
  const { timeTo1ms, rms } = scoreOf(seen, PHC)
  expect(timeTo1ms).toBeLessThan(120)
  expect(rms).toBeGreaterThan(0)
})

test('beside a server it makes a difference, where the story has it', () => {
  const server = 'server 192.0.2.1 iburst\nmakestep 1.0 -1\n'
  expect(scoreOf(seen, `${PHC}${server}`)).not.toEqual(scoreOf(seen, server))
  expect(scoreOf(unseen, `${PHC}${server}`)).toEqual(scoreOf(unseen, server))
})

test('what is read of the device is no packet', () => {
  expect(scoreOf(seen, PHC).packets).toBe(0)
  const server = 'server 192.0.2.1 iburst minpoll 6 maxpoll 6\n'
  expect(scoreOf(seen, `${PHC}${server}`).packets).toBeLessThanOrEqual(3 * (3600 / 64) + 8)
})

test('a story without a hypervisor has a host whose clock is right, for whoever asks it', () => {
  expect(checkTogether(story())).toEqual([])
  expect(scoreOf(undefined, PHC).timeTo1ms).toBeLessThan(120)
  expect(storyFor({ kind: 'chronyd', name: 'c', config: PHC }, story()).hypervisor).toMatchObject({
    family: 'hyper-v',
    ptp: true,
  })
  const other = { kind: 'chronyd', name: 'c', config: PHC.replace('ptp_hyperv', 'ptp0') } as const
  expect(storyFor(other, story()).hypervisor?.family).toBe('kvm-clock')
  for (const config of ['server 192.0.2.1', 'refclock PPS /dev/pps0'])
    expect(storyFor({ kind: 'chronyd', name: 'c', config }, story()).hypervisor).toBeUndefined()
  expect(storyFor(other, story(unseen)).hypervisor?.ptp).toBe(false)
})
