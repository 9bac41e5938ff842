/** One event is told once, and all that is told of it goes by true time. */
import { expect, test } from 'vitest'
import { saidStarts } from '#analysis/log/corrections/corrections-said.ts'
import { HostLog } from '#analysis/log/host-log.ts'
import { LOG_FORMATS } from '#dialects/formats.ts'
import { Router } from '#dialects/log/router.ts'
import { SourceTable } from '#dialects/log/source-table.ts'
import { explain } from '../../../test/support/explain.ts'
import { BASE_DAY } from '../../../test/support/pieces.ts'
import { explainHost } from '../explain.ts'

const DAY = Date.UTC(2027, 2, 5)
const stamp = (at: number) => new Date(DAY + at * 1e3).toISOString().slice(0, 19)
const measured = (at: number, server: number, offset: number) =>
  `${stamp(at).replace('T', ' ')} 192.0.2.${server}     N  2 111 111 1111  10 10 0.00  ${offset.toExponential(3)}  1.000e-02  1.000e-06  1.000e-03  1.000e-03 C0000201 4B K K`
const estimated = (at: number, server: number, [deviation, offset]: readonly [number, number]) =>
  `${stamp(at).replace('T', ' ')} 192.0.2.${server}     ${deviation.toExponential(3)} ${(-offset).toExponential(3)}  1.000e-04  1.000e-09  1.000e-08 1.0e-02  20   0  10  0.00`

/** Each of three sources, in a range of stamps. */
const polls = (from: number, to: number, every: number) =>
  Array.from({ length: Math.ceil((to - from) / every) }, (_, i) => from + i * every).flatMap(at =>
    [1, 2, 3].map(server => [at + server, server] as const),
  )

/** Somebody sets the clock back by 3000 s at ten o'clock, and chronyd gives up. */
const JUMP = 36_000
const SIZE = 3000
const SET_BACK = [
  `${stamp(0)}Z chronyd version 4.3 starting (+CMDMON)`,
  `${stamp(4)}Z Selected source 192.0.2.1`,
  ...polls(5, JUMP, 1024).map(([at, server]) => measured(at, server, 1e-5 * Math.sin(at))),
  `${stamp(JUMP + 400 - SIZE)}Z Backward time jump detected!`,
  `${stamp(JUMP + 400 - SIZE)}Z Can't synchronise: no selectable sources`,
  ...polls(JUMP + 590 - SIZE, JUMP + 720 - SIZE, 64).map(([at, server]) => measured(at, server, SIZE)),
  `${stamp(JUMP + 600 - SIZE)}Z Selected source 192.0.2.2`,
  `${stamp(JUMP + 740 - SIZE)}Z Adjustment of 3000.001 seconds exceeds the allowed maximum of 1000.000 seconds (exiting)`,
]

test('what chronyd noticed and its measurements show is one jump, and it ends itself after it', () => {
  const { findings } = explain(...SET_BACK)
  expect(findings.map(({ name }) => name)).toEqual(['stepped-by-someone-else', 'panic-exit-ahead'])
  const [jump, exit] = findings
  expect(JSON.stringify(jump!.evidence)).toContain('Backward time jump')
  expect(exit!.from).toBeCloseTo(JUMP + 740, 2)
  expect(exit!.from).toBeGreaterThan(jump!.to!)
  expect(exit!.what).toContain('at 2027-03-05T10:12:20Z (2027-03-05T09:22:20Z by its own clock)')
})

/** A machine that is shut down for two hours, and comes back 90 s behind. */
const rebooted = (...words: readonly string[]) => [
  ...words,
  ...polls(5, 36_000, 1024).map(([at, server]) => measured(at, server, 1e-5 * Math.sin(at))),
  ...polls(43_502, 43_505, 2).map(([at, server]) => measured(at, server, 90)),
  ...polls(43_600, 60_000, 64).map(([at, server]) => measured(at, server, 1e-5 * Math.sin(at))),
]

test('a daemon that was ended and started found a wrong clock, and lost no source', () => {
  const words = [
    `${stamp(0)}Z chronyd version 4.3 starting (+CMDMON)`,
    `${stamp(36_000)}Z chronyd exiting`,
    `${stamp(43_500)}Z chronyd version 4.3 starting (+CMDMON)`,
    `${stamp(43_505)}Z System clock wrong by 90.000387 seconds`,
    `${stamp(43_595)}Z System clock was stepped by 90.000387 seconds`,
  ]
  expect(explain(...rebooted(...words)).findings.map(({ name }) => name)).toEqual(['wrong-at-start', 'good'])
  const silent = explain(...rebooted()).findings.map(({ name }) => name)
  expect(silent).toContain('sources-lost')
})

test('stamps that were there twice are no time without a source', () => {
  const before = polls(5, JUMP, 1024).map(([at, server]) =>
    estimated(at, server, [1e-5 * (1 + 0.1 * Math.sin(at)), 1e-5 * Math.sin(at)]),
  )
  const back = 3 * 3600
  const after = polls(JUMP + 70, JUMP + 20_000, 64).map(([at, server]) =>
    estimated(at, server, [1e-5, 1e-5 * Math.sin(at)]),
  )
  const { findings } = explain(...before, estimated(JUMP + 10 - back, 3, [1e-5, back]), ...after)
  const [jump] = findings
  expect(jump!.name).toBe('stepped-by-someone-else')
  expect(jump!.from).toBeGreaterThan(JUMP - 1100)
  expect(jump!.to).toBeLessThan(JUMP + 100)
  expect(findings.map(({ name }) => name)).not.toContain('source-silent')
})

test('a new day’s statistics, which show their version, are no start', () => {
  const raw = (at: number, server: number, behind: number) => {
    const seconds = (DAY / 1e3 + at + 2_208_988_800).toFixed(3)
    const theirs = (DAY / 1e3 + at + behind + 2_208_988_800 + 0.005).toFixed(3)
    const back = (DAY / 1e3 + at + 2_208_988_800 + 0.01).toFixed(3)
    return `61469 ${at.toFixed(3)} 192.0.2.${server} 192.0.2.9 ${seconds} ${theirs} ${theirs} ${back} 0 4 4 2 10 -20 0.000000 0.001 127.67.113.92`
  }
  const log = new HostLog()
  const sources = new SourceTable()
  for (const [file, behind] of [0, 90].entries()) {
    const router = new Router(LOG_FORMATS, {
      baseDay: BASE_DAY,
      nearDay: BASE_DAY,
      file,
      sources,
      tell: piece => log.tell(piece),
    })
    const lines = polls(10 + 40_000 * file, 39_000 + 40_000 * file, 1024).map(([at, server]) =>
      raw(at, server, behind),
    )
    router.push(new TextEncoder().encode(lines.map(line => `${line}\n`).join('')))
    router.finish()
  }
  expect(saidStarts(log, 'ntpd')).toEqual([])
  const { findings } = explainHost({ name: 'a', log, baseDay: BASE_DAY, sourceNames: sources.names })
  expect(findings[0]!.name).toBe('vm-paused')
})
