import { expect, test } from 'vitest'
import { unknownKeys } from './grammar.ts'

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
