import { expect, test } from 'vitest'
import { NTPD_RS_DEFAULTS, parseNtpdRsConf } from './conf.ts'

test('the file that comes with it', () => {
  const conf = parseNtpdRsConf(
    `[observability]
log-level = "info"

[[source]]
mode = "pool"
address = "ntpd-rs.pool.ntp.org"
count = 4

[[source]]
mode = "server"
address = "192.0.2.1"

[synchronization]
single-step-panic-threshold = 1800
startup-step-panic-threshold = { forward = "inf", backward = 1800 }
minimum-agreeing-sources = 1

[source-defaults]
poll-interval-limits = { min = 6, max = 8 }
`,
    '/etc/ntpd-rs/ntp.toml',
  )
  expect(conf.notUnderstood).toEqual([])
  expect(conf.sources).toEqual([
    { mode: 'pool', address: 'ntpd-rs.pool.ntp.org', count: 4 },
    { mode: 'server', address: '192.0.2.1', count: 4 },
  ])
  expect(conf.settings).toEqual({
    ...NTPD_RS_DEFAULTS,
    minimumAgreeingSources: 1,
    singleStepPanicThreshold: { forward: 1800, backward: 1800 },
    startupStepPanicThreshold: { forward: Number.POSITIVE_INFINITY, backward: 1800 },
    pollMin: 6,
    pollMax: 8,
  })
})

test('what cannot be read is named', () => {
  const conf = parseNtpdRsConf(
    '[[source]]\nmode = "sack"\npath = "/run/x"\n[[source]]\nmode = "server"\n[synchronization]\nminimum-agreeing-sources = "two"\nsingle-step-panic-threshold = "many"',
    '/f',
  )
  expect(conf.sources).toEqual([])
  expect(conf.notUnderstood.map(({ line }) => line)).toEqual([2, 5, 7, 8])
  expect(parseNtpdRsConf('= nonsense', '/f').notUnderstood).toHaveLength(1)
  expect(parseNtpdRsConf('', '/f').settings).toEqual(NTPD_RS_DEFAULTS)
})

const SOCK = '[[source]]\nmode = "sock"\npath = "/run/chrony.ttyS0.sock"\nprecision = 1e-3\n'
const PPS =
  '[[source]]\npath = "/dev/pps0"\nmode = \'pps\'\nmeasurement_noise_estimate = 1e-14\nperiod = 1.0\n'

test('clocks that are attached are no servers, and no mistakes', () => {
  const { sources, clocks, notUnderstood } = parseNtpdRsConf(
    `${SOCK}[[source]]\nmode = "server"\naddress = "a"\n${PPS}`,
    '/f',
  )
  expect(notUnderstood).toEqual([])
  expect(sources.map(({ address }) => address)).toEqual(['a'])
  expect(clocks).toEqual([
    { mode: 'sock', name: '/run/chrony.ttyS0.sock', line: 2 },
    { mode: 'pps', name: '/dev/pps0', line: 10 },
  ])
})

test.each([
  [SOCK.replace(/path.*\n/, ''), 'a source without a path'],
  [SOCK.replace('1e-3', '0'), 'a clock without a `precision` above 0'],
  [PPS.replace(/measure.*\n/, ''), 'a clock without a `precision` above 0'],
])('%j: ntpd-rs does not start with that', (text, why) => {
  const { clocks, notUnderstood } = parseNtpdRsConf(SOCK + text, '/f')
  expect(clocks).toHaveLength(1)
  expect(notUnderstood).toMatchObject([{ why }])
  expect(notUnderstood[0]!.line).toBeGreaterThan(5)
})
