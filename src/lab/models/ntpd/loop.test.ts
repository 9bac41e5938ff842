import { expect, test } from 'vitest'
import { parseConf } from '#dialects/ntpd/conf.ts'
import { parseOptions } from '#dialects/ntpd/options.ts'
import { settingsOf } from '#dialects/ntpd/settings.ts'
import { parseVersion } from '#dialects/ntpd/version.ts'
import type { KernelCall } from '#worlds/simulated/kernel-clock.ts'
import { conductOf } from './conduct.ts'
import { type Disciplined, LoopFilter } from './loop.ts'

const PEER = { delay: 1e-3, minpoll: 6, maxpoll: 10 }
const moment = (now: number) => ({ now, at: now })

function loop({
  version = '4.2.8p15',
  conf = '',
  options = '-g',
  drift,
}: Partial<Record<'version' | 'conf' | 'options', string>> & { drift?: number } = {}) {
  const settings = settingsOf(parseConf(conf, '/f'), parseOptions(options.split(' ')), parseVersion(version)!)
  const calls: KernelCall[] = []
  const notices: string[] = []
  const filter = new LoopFilter(
    settings,
    conductOf(settings.defaults.generation),
    { ...moment(0), precision: 2 ** -20, drift },
    { adjust: call => void calls.push(call), notice: (_, text) => void notices.push(text) },
  )
  const offer = (offset: number, now: number): Disciplined => {
    filter.pass(moment(now))
    return filter.discipline(offset, moment(now), PEER)
  }
  return { filter, calls, notices, offer }
}

/** Until it is in SYNC and past every startup. */
function settled(setup: Parameters<typeof loop>[0] = {}) {
  const all = loop({ ...setup, drift: 20e-6 })
  for (let now = 1; now <= 2000; now += 64) all.offer(1e-4, now)
  all.calls.length = 0
  all.notices.length = 0
  return all
}

test('without a drift file the frequency is measured for the stepout: 300 s, or 900 s up to 4.2.6', () => {
  const { filter, offer, notices } = loop()
  expect(offer(0.01, 1)).toBe('slewed')
  expect(filter.state).toBe('FREQ')
  expect(offer(0.003, 200)).toBe('ignored')
  expect(offer(0.003, 301)).toBe('slewed')
  expect(filter.state).toBe('SYNC')
  expect(notices).toContain('freq_set kernel 10.000 PPM')
  const old = loop({ version: '4.2.6p5' })
  old.offer(0.01, 1)
  expect(old.offer(0.003, 301)).toBe('ignored')
  expect(old.offer(0.003, 901)).toBe('slewed')
})

test('a drift file leads straight to SYNC', () => {
  const { filter, offer, calls } = loop({ drift: -23e-6 })
  expect(filter.state).toBe('FSET')
  expect(calls).toContainEqual({ kind: 'frequency', rate: -23e-6 })
  offer(1e-4, 1)
  expect(filter.state).toBe('SYNC')
})

test('one spike is ignored; a second after the stepout is stepped; an inlier between them ends it', () => {
  const { filter, offer, calls, notices } = settled()
  expect(offer(4.3, 2100)).toBe('ignored')
  expect(filter.state).toBe('SPIK')
  expect(offer(4.3, 2110)).toBe('ignored')
  expect(offer(1e-4, 2200)).toBe('slewed')
  expect(filter.state).toBe('SYNC')
  expect(offer(4.3, 2264)).toBe('ignored')
  expect(offer(4.299865, 2564)).toBe('stepped')
  expect(calls).toContainEqual({ kind: 'step', size: 4.299865 })
  expect(notices).toContain('spike_detect +4.300000 s')
  expect(notices).toContain('clock_step +4.299865 s')
})

test('stepout 10 is heeded up to 4.2.6 only', () => {
  const conf = 'tinker stepout 10'
  const old = settled({ version: '4.2.6p5', conf })
  old.offer(4.3, 2001)
  expect(old.offer(4.3, 2017)).toBe('stepped')
  const recent = settled({ conf })
  recent.offer(4.3, 2001)
  expect(recent.offer(4.3, 2017)).toBe('ignored')
})

test('the licence of -g: for the first offset, or until the clock is disciplined', () => {
  expect(loop({ options: '' }).offer(1200, 1)).toBe('panic')
  const recent = loop({ drift: 0 })
  expect(recent.offer(1200, 1)).toBe('stepped')
  expect(recent.offer(1200, 2)).toBe('panic')
  const old = loop({ version: '4.2.6p5', drift: 0 })
  expect(old.offer(1200, 1)).toBe('stepped')
  expect(old.offer(-1200, 1000)).toBe('stepped')
  expect(loop({ conf: 'tinker panic 0', options: '' }).offer(1200, 1)).toBe('stepped')
})

test('panic says what it is', () => {
  const { offer, notices } = settled()
  expect(offer(1200, 2100)).toBe('panic')
  expect(notices).toEqual(['+1200 s; set clock manually within 1000 s.'])
})

test('-x slews what is below 600 s, and pegs the frequency at 500 ppm', () => {
  const { filter, offer, calls, notices } = loop({ options: '-g -x' })
  offer(10, 1)
  offer(9.85, 301)
  expect(calls.some(({ kind }) => kind === 'step' || kind === 'pll')).toBe(false)
  expect(filter.frequency).toBe(500e-6)
  expect(notices).toContain('frequency error 32833 PPM exceeds tolerance 500 PPM')
})

test('up to 4.2.6 a second step within twice the stepout measures the frequency afresh', () => {
  const old = settled({ version: '4.2.6p5' })
  old.offer(0.5, 3000)
  old.offer(0.5, 3900)
  expect(old.filter.state).toBe('SYNC')
  old.offer(0.5, 4000)
  old.offer(0.5, 4900)
  expect(old.filter.state).toBe('FREQ')
})

test('-q sets the clock once: a step beyond the threshold, a slew below', () => {
  const far = loop({ options: '-q' })
  expect(far.offer(0.5, 1)).toBe('set')
  expect(far.calls).toEqual([{ kind: 'step', size: 0.5 }])
  expect(far.notices).toEqual(['time set +0.500000 s'])
  const near = loop({ options: '-q' })
  near.offer(-0.03, 1)
  expect(near.calls).toEqual([{ kind: 'slew', offset: -0.03 }])
  expect(near.notices).toEqual(['time slew -0.030000 s'])
})

test('the startup is held for 300 s, or until an offset is below half a millisecond', () => {
  const { filter, offer, calls } = loop({ drift: 0 })
  offer(0.01, 1)
  expect(filter.startingUp).toBe(true)
  expect(filter.holdEnds()).toBe(301)
  expect(calls.at(-1)).toMatchObject({ kind: 'trickle', calls: { part: 1 / 32 } })
  offer(0.004, 65)
  expect(filter.startingUp).toBe(true)
  offer(0.0004, 129)
  expect(filter.startingUp).toBe(false)
  expect(calls.at(-2)).toMatchObject({ kind: 'pll', offset: 0.0004, constant: 6 })
  expect(loop({ version: '4.2.6p5', drift: 0 }).filter.startingUp).toBe(false)
})

test('the poll interval grows while offsets lie within four times the jitter, and shrinks when they do not', () => {
  const { filter, offer } = settled()
  for (let i = 0; i < 40; i++) offer(1e-4 * (i % 2), 2100 + 64 * i)
  expect(filter.poll).toBe(10)
  for (let i = 0; i < 20; i++) offer(0.1, 5000 + 64 * i)
  expect(filter.poll).toBe(6)
})

test('disable ntp watches only, at the frequency of the drift file where the kernel applies it', () => {
  const { offer, calls } = loop({ conf: 'disable ntp', drift: 20e-6 })
  const begun = [
    { kind: 'pll', offset: 0, constant: 3 },
    { kind: 'frequency', rate: 20e-6 },
  ]
  expect(calls).toEqual(begun)
  expect(offer(5, 1)).toBe('ignored')
  expect(calls).toEqual(begun)
  // The daemon's own loop would do so once a second, and does not run.
  const own = loop({ conf: 'disable ntp kernel', drift: 20e-6 })
  own.offer(5, 1)
  expect(own.calls).toEqual([{ kind: 'frequency', rate: 0 }])
})

test('-G steps once, however small the offset', () => {
  const { offer, calls } = loop({ options: '-G' })
  expect(offer(0.001, 1)).toBe('stepped')
  expect(calls).toContainEqual({ kind: 'step', size: 0.001 })
})
