import { expect, test } from 'vitest'
import { exampleWatched } from '../../test/browser/support.ts'
import { encodeStatus } from './encode.ts'
import { statusText } from './status.ts'
import { plain } from './style.ts'

const snapshot = exampleWatched({ story: 'usual', days: 1 }).snapshot()
const counts = { requests: 5123, replies: 5120, unsynchronised: 0, kisses: 0, dropped: {} as never }
const standing = {
  leap: 'none',
  stratum: 3,
  precision: -23,
  rootDelay: 0.002,
  rootDispersion: 0.0005,
  refid: 0xc0000201,
  reference: undefined,
} as const
const said = (stratum: number) =>
  statusText(
    encodeStatus({ ...snapshot, server: { at: ['[::]:123'], counts, standing: { ...standing, stratum } } }),
    plain,
  )

test('who serves time sees what is told, and how many ask', () => {
  expect(said(3)).toMatch(
    /^serves +\[::\]:123: says stratum 3, right to within 1\.50 ms; 5120 replies to 5123 requests$/m,
  )
  expect(said(0)).toMatch(/^serves .*: says that the time is not known;/m)
})

test('who does not reads nothing of it', () =>
  expect(statusText(encodeStatus(snapshot), plain)).not.toMatch(/serves/))

test('what is told of a clock that is not known is null, never zero', () => {
  const { server } = encodeStatus({
    ...snapshot,
    server: { at: [], counts, standing: { ...standing, stratum: 0, leap: 'unknown' } },
  })
  expect(server).toMatchObject({
    synchronised: false,
    stratum: null,
    refid: null,
    rootDelay: null,
    rootDispersion: null,
    leap: 'unknown',
  })
})
