/** Whom chronyd or ntpd heard and did not use while it followed another is told of a copy. */
import { expect, test } from 'vitest'
import { memoryFiles } from '#core/guest/memory-files.ts'
import { takeInventory } from '../inventory/inventory.ts'
import { checkMachine } from './check.ts'

const row = (mark: string, nth: number, margin: string): string =>
  `^${mark} 10.0.0.${nth}                      3   6   377    31   +812us[ +900us] +/-   ${margin}`

function refused(rows: readonly string[], conf = 'pool a.example iburst\n', more = {}) {
  const inventory = takeInventory(
    memoryFiles({
      'proc/cpuinfo': 'flags\t\t: fpu tsc\n',
      'usr/sbin/chronyd': '',
      'etc/chrony.conf': conf,
      'sos_commands/process/ps_auxwww': `USER PID %CPU %MEM VSZ RSS TTY STAT START TIME COMMAND
chrony       700  0.0  0.0 128000  3000 ?        S    Jan01   0:01 /usr/sbin/chronyd
`,
      'sos_commands/chrony/chronyc_-n_sources': `MS Name/IP address         Stratum Poll Reach LastRx Last sample
===============================================================================
${rows.join('\n')}
`,
      ...more,
    }),
  )
  return checkMachine({ inventory, live: undefined, prospect: undefined }).find(
    ({ name }) => name === 'source-refused',
  )
}

test('two of three are too far from a clock that is right: one is left', () => {
  const finding = refused([row('*', 1, '50ms'), row('?', 2, '10.1s'), row('?', 3, '10.2s')])!
  expect(finding).toMatchObject({ severity: 'warning', measures: { refused: 2, sources: 3, distance: 10.1 } })
  expect(finding.what).toContain('only 10.0.0.1 was left')
  expect(finding.remedy.changes.join()).toContain('maxdistance')
  expect(finding.evidence).toHaveLength(2)
})

test('where three are left it is a note, and so it is just after the start', () => {
  const four = [row('*', 1, '50ms'), row('+', 2, '50ms'), row('-', 3, '50ms'), row('?', 4, '10.2s')]
  expect(refused(four)?.severity).toBe('note')
  expect(refused(four.with(2, row('x', 3, '50ms')))?.severity).toBe('warning')
  const started = { 'proc/uptime': '30.10 20.00\n' }
  expect(refused([row('*', 1, '50ms'), row('?', 2, '10.2s')], undefined, started)?.severity).toBe('note')
})

test('one for a reason that the listing does not tell', () => {
  const finding = refused([row('*', 1, '50ms'), row('?', 2, '50ms')])!
  expect(finding.severity).toBe('warning')
  expect(finding.remedy.changes).toEqual(['chronyc selectdata -v'])
})

test('not one that is only to be watched, that varies for a while, or where none is followed', () => {
  expect(refused([row('*', 1, '50ms'), row('?', 2, '50ms')], 'server a\nserver b noselect\n')).toBeUndefined()
  expect(refused([row('*', 1, '50ms'), row('~', 2, '50ms')])).toBeUndefined()
  expect(refused([row('?', 1, '10.1s'), row('?', 2, '10.2s')])).toBeUndefined()
})

test('ntpd: a server at stratum 16 follows nobody', () => {
  const finding = refused([], undefined, {
    'sos_commands/ntp/ntpq_-pn': `     remote           refid      st t when poll reach   delay   offset  jitter
==============================================================================
*10.1.1.1        .GPS.            1 u   12   64  377    0.512    0.120   0.214
 10.1.1.2        .STEP.          16 u   49   64  377    0.612    0.310   0.354
`,
  })!
  expect(finding.what).toContain('stratum 16')
})
