import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BASE_DAY, tell } from '../../../test/support/pieces.ts'
import { LOG_FORMATS } from '../formats.ts'
import { Router } from './router.ts'
import { SourceTable } from './source-table.ts'

const MJD = BASE_DAY + 40_587
const LOGS = {
  'a daemon’s messages': [
    '2027-03-05T00:00:00Z chronyd version 4.5 starting (+CMDMON)',
    "2027-03-05T11:06:54Z Can't synchronise: no selectable sources",
    '2027-03-05T11:08:15Z host chronyd[612]: System clock wrong by 46.997210 seconds',
  ],
  peerstats: [1, 2, 3, 4].map(
    second => `${MJD} ${second}.650 192.0.2.1 9614 -0.001605376 0.000000000 0.001424877 0.000958674`,
  ),
  // Its rows begin with a blank where the source is nothing special.
  'ntpq -p': [
    '     remote           refid      st t when poll reach   delay   offset  jitter',
    '==============================================================================',
    '*192.0.2.1       .GPS.            1 u   12   64  377    0.512   -1.204   0.031',
    ' 192.0.2.2       .GPS.            1 u   12   64  377    0.512   -1.104   0.031',
    'x192.0.2.3       .GPS.            1 u   12   64  377    0.512   99.104   0.031',
  ],
}
type Log = readonly string[]
const read = (lines: Log) => {
  const { rows, events, routed } = tell(lines.map(line => `${line}\n`).join(''))
  return { rows, events, formats: [...routed.formats], count: routed.notUnderstood.count }
}

describe.each(Object.entries<Log>(LOGS))('%s', (_, lines) => {
  const plain = read(lines)

  test.each([
    ['indented', (line: string) => `    ${line}`],
    ['quoted', (line: string) => `> ${line}`],
    ['quoted twice, and indented', (line: string) => `> >   ${line}`],
    ['coloured', (line: string) => `\x1b[0;1;33m${line}\x1b[0m`],
    ['coloured within', (line: string) => line.replace(' ', ' \x1b[1m')],
    ['behind the mark of UTF-8', (line: string, i: number) => `${i === 0 ? '\xef\xbb\xbf' : ''}${line}`],
  ])('%s it is the same', (_, dress) => {
    expect(plain.count).toBe(0)
    expect(read(lines.map(dress))).toEqual(plain)
  })

  test('by any number of blanks, but that one of them may belong to a row of ntpq -p', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 40 }), fc.constantFrom(' ', '\t', '> '), (count, front) => {
        expect(read(lines.map(line => front.repeat(count) + line))).toEqual(plain)
      }),
    )
  })
})

test('what is nonsense stays nonsense, however it is dressed', () => {
  const { routed } = tell('    nonsense\n> more of it\n\x1b[1m\n   \n\x1b[31mred\x1b[0m\n')
  expect(routed.notUnderstood.count).toBe(4)
  expect(routed.formats.size).toBe(0)
})

test('a file whose lines are dressed cannot be read in parts', () => {
  const settled = (front: string) => {
    const router = new Router(LOG_FORMATS, {
      baseDay: BASE_DAY,
      nearDay: BASE_DAY,
      file: 0,
      sources: new SourceTable(),
      tell() {},
    })
    router.push(new TextEncoder().encode(LOGS.peerstats.map(line => `${front}${line}\n`).join('')))
    return router.settled
  }
  expect(settled('')).toBe('ntpd peerstats')
  expect(settled('> ')).toBeUndefined()
})
