import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  formatLane,
  type Lane,
  parseLane,
  parseSetup,
  type Setup,
  USUAL_SETUP,
  unreadWords,
  writeSetup,
} from './setup.ts'

const through = (setup: Setup): Setup => {
  const query = new URLSearchParams()
  writeSetup(setup, query)
  return parseSetup(new URLSearchParams(query.toString()))
}

test('a rehearsal survives its way through the address bar', () => {
  const lanes: Lane[] = [
    {
      kind: 'known',
      use: 'ntpd-4.2.8',
      tuning: { slew: true, forgiving: false, polls: [4, 6], step: 0.5, stepout: 10, panic: 0, maxdist: 16 },
    },
    { kind: 'known', use: 'chrony-debian', tuning: { makestep: [0.1, -1] } },
    { kind: 'known', use: 'chrony-rhel', tuning: { makestep: 'never' } },
    { kind: 'told', place: 2 },
    {
      kind: 'file',
      name: 'ntp.conf',
      daemon: 'ntpd-4.2.6p5',
      options: '-g -x',
      text: 'server a|b & c=#d\n# ü\n',
    },
  ]
  const setup: Setup = {
    story: 'pause-30s',
    turned: { pause: 4.3, offset: -0.05, jitter: 2e-6, loss: 0 },
    lanes,
    watch: '1h',
    says: 2,
  }
  expect(through(setup)).toEqual(setup)
  const query = new URLSearchParams()
  writeSetup(setup, query)
  expect(unreadWords(query, [])).toEqual([])
})

test('the usual one is short', () => {
  const query = new URLSearchParams()
  writeSetup(USUAL_SETUP, query)
  expect(query.toString()).toBe('')
  expect(parseSetup(query)).toEqual(USUAL_SETUP)
})

test.each([
  'story=../../etc/passwd',
  'pause=NaN&delay=1e999&loss=x',
  'pause=-4&steal=2&loss=7&downtime=0&jitter=-1&wander=2000',
  'servers=0',
  'servers=2.5',
  'watch=5y&says=-1',
  'says=1.5&says=99',
  'play=@x&play=file|a|b&play=<script>',
])('nonsense is left out: %s', query => expect(parseSetup(new URLSearchParams(query))).toEqual(USUAL_SETUP))

test('a link may be written by hand, with units', () =>
  expect(parseSetup(new URLSearchParams('pause=2h&delay=20us&offset=-50ms&servers=5')).turned).toEqual({
    pause: 7200,
    delay: 20e-6,
    offset: -0.05,
    servers: 5,
  }))

test('settings that make no sense are left out of a lane', () =>
  expect(parseLane('ntpd-4.2.8,polls=9..3,makestep=x:1,stepout=-1,panic=,frobnicate=2,-x')).toEqual({
    kind: 'known',
    use: 'ntpd-4.2.8',
    tuning: { slew: true },
  }))

test.each([
  ['story=../../etc/passwd', ['story=../../etc/passwd']],
  ['pause=NaN&delay=1e999&loss=0&pauze=3&range=1h', ['pause=NaN', 'delay=1e999', 'pauze=3']],
  ['watch=5y&says=99', ['watch=5y', 'says=99']],
  ['pause=-4&steal=2&loss=0.7', ['pause=-4', 'steal=2']],
  [
    'play=@x&play=file|a|b&play=ntpd-4.2.8,-x,stepout=-1,frobnicate=2',
    ['play=@x', 'play=file|a|b', 'stepout=-1', 'frobnicate=2'],
  ],
  [`play=none&play=none&play=none&play=none&play=none&play=none&play=ntpd-4.2.8`, ['play=ntpd-4.2.8']],
  ['story=pause-4s&watch=all&says=0', []],
])('what is left out is told: %s', (query, words) =>
  expect(unreadWords(new URLSearchParams(query), ['range'])).toEqual(words),
)

test('any text is a lane that stays itself, or none', () => {
  fc.assert(
    fc.property(fc.string(), text => {
      const lane = parseLane(text)
      if (lane) expect(parseLane(formatLane(lane))).toEqual(lane)
    }),
  )
})
