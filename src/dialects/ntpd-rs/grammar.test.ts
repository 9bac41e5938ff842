import { expect, test } from 'vitest'
import { notKnownYet, unknownKeys } from './grammar.ts'

test('every key of a real file is known', () =>
  expect(
    unknownKeys(`[observability]
log-level = "info"
observation-path = "/var/run/ntpd-rs/observe"

[[source]]
mode = "nts"   # a comment
address = "nts.example"

[[server]]
listen = "[::]:123"
allowlist = { filter = ["192.0.2.0/24"], action = "ignore" }
accept-ntp-versions = [
  3,
  4,
]

[synchronization]
minimum-agreeing-sources = 2
single-step-panic-threshold = { forward = 1800, backward = "inf" }

[synchronization.algorithm]
step-threshold = 0.1
`),
  ).toEqual([]))

test('what is not known is told with its line', () => {
  const text =
    '[source-default]\nx = 1\n[synchronization]\nminimum-agreeing-source = 1\n[[source]]\nadress = "a"\n'
  expect(unknownKeys(text).map(({ line, word, what }) => [line, word, what])).toEqual([
    [1, 'source-default', 'table'],
    [4, 'minimum-agreeing-source', 'key'],
    [6, 'adress', 'key'],
  ])
})

test('a table below a server is its own, as within a line', () => {
  const listed = (key: string) => [
    `[[server]]\nlisten = "a"\n[server.denylist]\n${key} = ["192.0.2.0/24"]\naction = "deny"\n`,
    `[[server]]\nlisten = "a"\nallowlist = { ${key} = ["192.0.2.0/24"], action = "deny" }\n`,
  ]
  expect(listed('filter').flatMap(unknownKeys)).toEqual([])
  expect(listed('filters').flatMap(unknownKeys)).toMatchObject([{ word: 'filters' }, { word: 'filters' }])
  expect(unknownKeys('[[source]]\nmode = "server"\n[source.poll-interval-limits]\nmin = 6\n')).toEqual([])
})

test('what a version does not know yet', () => {
  const text =
    '[[source]]\nmode = "sock"\npath = "/s"\nmeasurement_noise_estimate = 1e-6\n[[source]]\nmode = "pps"\npath = "/p"\nprecision = 1e-6\n'
  const unknown = (...numbers: number[]) => notKnownYet(text, { numbers }).map(({ word }) => word)
  expect(unknown(1, 3, 1)).toEqual(['sock', 'measurement_noise_estimate', 'pps', 'precision'])
  expect(unknown(1, 4, 0)).toEqual(['pps', 'precision'])
  expect(unknown(1, 5, 0)).toEqual([])
  expect(notKnownYet(text, undefined)).toEqual([])
})
