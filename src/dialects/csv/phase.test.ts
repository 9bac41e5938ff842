/** Phases as programs for the stability of clocks have them: with days of the Julian calendar, or one below the other. */
import { expect, test } from 'vitest'
import { BASE_DAY, refusalOf, tell } from '../../../test/support/pieces.ts'

const MJD = BASE_DAY + 40_587
const rowsOf = (...lines: readonly string[]) =>
  tell(new TextEncoder().encode(`${lines.join('\n')}\n`)).rows.map(({ at, offset }) => [at, offset])

test('with its day: a phase of 2 ns is a clock that is ahead by that', () => {
  for (const [head, row] of [
    ['MJD,phase_ns', `${MJD}.5,2`],
    ['mjd,phase (ps)', `${MJD}.5,2000`],
    ['# MJD  phase[s]', `${MJD}.50000000 2.000000e-09`],
    ['MJD;phase', `${MJD}.5;0,000000002`],
    ['time,phase_ns', '1804248000,2'],
  ] as const)
    expect(rowsOf(head, row)).toEqual([[43_200, expect.closeTo(-2e-9, 15)]])
})

test('one below the other, where it is said how far they are apart', () => {
  for (const [head, value] of [
    ['# phase data, tau = 2 s', '-1.5e-09'],
    ['# phase in ns; tau: 2.0', '-1.5'],
    ['phase [ps], tau=2000 ms', '-1500'],
    ['% clock phase (us) tau0 = 2', '-.0015'],
  ] as const)
    expect(rowsOf(head, value, value)).toEqual([
      [0, expect.closeTo(1.5e-9, 15)],
      [2, expect.closeTo(1.5e-9, 15)],
    ])
})

test('what does not say what it is, or when it was, is not read', () => {
  const numbers = ['1.1e-09', '1.2e-09', '1.3e-09']
  expect(refusalOf('phase', ...numbers)).toMatch(/^it has phases without times/)
  expect(refusalOf('# phase in degrees, tau = 1 s', ...numbers)).toMatch(/^it has numbers without names/)
  expect(refusalOf('# tau = 1 s', ...numbers)).toMatch(/^it has numbers without names/)
  // Of an electric motor, and of a project.
  expect(refusalOf('time,phase', '1804248000,2', '1804248001,3')).toMatch(/no unit says that it is a time/)
  expect(refusalOf('date,phase', '2027-03-05,2')).toMatch(/no unit says that it is a time/)
  expect(refusalOf('time,phase_deg', '1804248000,2')).toMatch(/^the unit of “phase deg” is not known/)
  expect(refusalOf('time,phase_ns', '61109.00000000,2')).toMatch(/stand in a column mjd$/)
  expect(refusalOf('mjd,phase_a,phase_b', `${MJD}.5,2,3`)).toMatch(/is not known|^it has several columns/)
  // The offset of a table is its offset.
  expect(rowsOf('mjd,phase_deg,offset_s', `${MJD}.5,2,3`)).toEqual([[43_200, 3]])
})
