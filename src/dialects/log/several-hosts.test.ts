/** Logs that a server gathered, put apart by the names in their lines. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HostLines, isOfSeveralHosts } from './several-hosts.ts'

const NEAR = 20_883
const bytesOf = (...lines: readonly string[]) =>
  new TextEncoder().encode(lines.map(line => `${line}\n`).join(''))
const isOfSeveral = (...lines: readonly string[]) => isOfSeveralHosts(bytesOf(...lines), NEAR)
/** What each host has, in pieces of that many bytes. */
function apart(log: Uint8Array, size = log.length): Record<string, string> {
  const files: Record<string, string> = {}
  const lines = new HostLines(NEAR, (host, bytes) => {
    files[host] = (files[host] ?? '') + new TextDecoder().decode(bytes)
  })
  for (let at = 0; at < log.length; at += size) lines.push(log.subarray(at, at + size))
  lines.finish()
  expect(lines.hosts).toEqual(Object.keys(files))
  return files
}

const line = (day: number, host: string, text: string, program = 'chronyd[801]') =>
  `Mar ${String(day).padStart(2)} 07:00:06 ${host} ${program}: ${text}`
const selected = (day: number, host: string) => line(day, host, 'Selected source 192.0.2.1')
const begun = (day: number, host: string) => line(day, host, 'chronyd version 4.3 starting (+CMDMON)')
const cron = (day: number, host: string) => line(day, host, '(root) CMD (true)', 'CROND[12]')

describe('a log is of several machines', () => {
  test.each([
    ['that speak in turn', [selected(5, 'web1'), selected(5, 'web2'), selected(6, 'web1')]],
    ['one after the other', [selected(5, 'web1'), selected(7, 'web1'), selected(5, 'web2')]],
  ])('%s', (_, lines) => expect(isOfSeveral(...lines)).toBe(true))

  test.each([
    ['of one', [selected(5, 'web1'), selected(6, 'web1')]],
    [
      'with and without its domain',
      [selected(5, 'web1'), selected(6, 'web1.example.org'), selected(7, 'web1')],
    ],
    [
      'before it knew its name',
      [begun(5, 'localhost'), selected(5, 'web1'), begun(6, 'localhost'), selected(6, 'web1')],
    ],
    [
      'that is given its name at each boot',
      [begun(5, 'image'), selected(5, 'web1'), begun(6, 'image'), selected(6, 'web1')],
    ],
    ['that was given another one', [selected(5, 'web1'), selected(6, 'db'), selected(7, 'db')]],
    ['and of others that keep no clock', [selected(5, 'web1'), cron(5, 'web2'), selected(6, 'web1')]],
    [
      'of a daemon that writes no name',
      ['5 Mar 07:00:06 ntpd[1]: no servers reachable', '6 Mar 07:00:06 ntpd[1]: no servers reachable'],
    ],
  ])('and not where it is that of one machine: %s', (_, lines) => expect(isOfSeveral(...lines)).toBe(false))
})

test('each machine has its own lines at their places, and what has no name belongs to the line before it', () => {
  const log = bytesOf(
    cron(5, 'web2'),
    selected(5, 'web1.example.org'),
    selected(5, 'web2'),
    '  and more of that',
    cron(6, 'web1'),
    cron(6, 'printer'),
    'of the printer',
    selected(6, 'WEB1'),
  )
  expect(apart(log)).toEqual({
    web1: `\n${selected(5, 'web1.example.org')}\n\n\n${cron(6, 'web1')}\n\n\n${selected(6, 'WEB1')}\n`,
    web2: `\n\n${selected(5, 'web2')}\n  and more of that\n`,
  })
})

test('any bytes, cut anywhere, go to the same machines', () => {
  const lines = fc.oneof(
    fc.constantFrom(selected(5, 'web1'), selected(5, 'web2'), cron(6, 'web1'), cron(6, 'web3'), ''),
    fc.string({ unit: 'binary' }),
  )
  fc.assert(
    fc.property(fc.array(lines), fc.integer({ min: 1, max: 100 }), (all, size) => {
      const log = new TextEncoder().encode(all.join('\n'))
      isOfSeveralHosts(log, NEAR)
      const whole = apart(log)
      // A character may be cut in two: what is written is bytes.
      expect(Object.keys(apart(log, size))).toEqual(Object.keys(whole))
      for (const text of Object.values(whole))
        for (const [nth, own] of text.split('\n').entries())
          if (own !== '') expect(`${all.join('\n')}\n`.split('\n')[nth]).toBe(own)
    }),
  )
})
