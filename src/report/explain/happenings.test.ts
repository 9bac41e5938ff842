import { expect, test } from 'vitest'
import type { Disturbance } from '#analysis/log/disturbances/disturbance.ts'
import { HostLog } from '#analysis/log/host-log.ts'
import type { EventName, LogEvent } from '#core/trace/series.ts'
import { explainHost } from '#diagnosis/explain.ts'
import { happeningsOf } from './happenings.ts'

const event = (what: EventName, at: number, size: number, text = ''): LogEvent => ({
  kind: 'event',
  what,
  daemon: 'ntpd',
  format: 'system log',
  file: 0,
  line: 1,
  at,
  size,
  source: undefined,
  text,
})

function happenings(...events: readonly LogEvent[]) {
  const log = new HostLog()
  for (const each of events) log.tell(each)
  return happeningsOf(explainHost({ name: 'web1', log, baseDay: 20_000, sourceNames: [] }))
}

test('steps and the end of a daemon are told in order; a step that two logs tell is one', () => {
  const { happenings: all } = happenings(
    event('panic', 500, -2000, 'clock off\u001b by 2000 s'),
    event('stepped', 100, 0.25),
    event('stepped', 101, 0.2501),
    event('stepped', 300, -0.5),
  )
  expect(all.map(({ kind, at, label }) => [kind, at, label])).toEqual([
    ['step', 100, 'step +250 ms'],
    ['step', 300, 'step -500 ms'],
    ['panic', 500, 'gave up at -33 min'],
    ['jump', 500, 'gained 33 min'],
  ])
  expect(all[2]!.text).toContain('\\u{1b}')
})

test('a step back that ntpd tells before it makes it is marked where the stamps go on', () => {
  const { happenings: all } = happenings(
    event('stepped', 5000, -950, '0.0.0.0 061c 0c clock_step -950 s'),
    event('stepped', 9000, 0.3, '0.0.0.0 061c 0c clock_step +0.3 s'),
  )
  expect(all.filter(({ kind }) => kind === 'step').map(({ at }) => at)).toEqual([4050, 9000])
})

test('of very many the largest are kept, and the rest is counted', () => {
  const { happenings: all, left } = happenings(
    ...Array.from({ length: 500 }, (_, i) => event('stepped', i * 100, 0.2 + i / 10)),
  )
  expect(all).toHaveLength(200)
  expect(left).toBe(300)
  expect(all[0]!.at).toBe(30_000)
})

test('what happened is told when it truly was, and marked where the stamps have it', () => {
  expect(told(SET)).toMatchObject({ kind: 'set', at: 3760, truly: 160 })
})

test('what may have been a pause is marked with the same doubt as its finding has', () => {
  const lost = { ...SET, size: 5, uncertainty: 0.01 }
  expect(told({ ...lost, moved: 'machine' })).toMatchObject({
    kind: 'pause',
    label: 'stood still 5.00 s',
    text: 'The machine stood still for 5.00 s ± 10.0 ms.',
  })
  expect(told({ ...lost, moved: 'not known' })).toMatchObject({
    kind: 'pause',
    label: 'lost 5.00 s',
    text: 'The clock lost 5.00 s ± 10.0 ms: the machine stood still, or somebody set the clock back.',
  })
})

const SET: Disturbance = {
  from: 100,
  to: 160,
  local: { from: 100, to: 3760 },
  size: -3600,
  uncertainty: 1,
  before: 0,
  moved: 'wall clock',
  sources: [],
  lines: [],
  restarted: false,
}

function told(each: Disturbance) {
  const log = new HostLog()
  log.tell(event('version', 0, Number.NaN))
  const host = explainHost({ name: 'web1', log, baseDay: 20_000, sourceNames: [] })
  return happeningsOf({ ...host, disturbances: [each] }).happenings[0]
}
