import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { scenarioSchema } from '../scenario/schema.ts'
import { readAxis, whyIdle } from './axis.ts'
import { canBe, KNOBS } from './knobs.ts'

describe('an axis', () => {
  test.each([
    ['pause=0.5,4.3s,1m', [0.5, 4.3, 60]],
    ['pause=1..4:4', [1, 2, 3, 4]],
    ['pause=0.1..1000:5', [0.1, 1, 10, 100, 1000]],
    ['offset=-1s..1s:3', [-1, 0, 1]],
    ['loss=0,0.5', [0, 0.5]],
    // The same twice is one column.
    ['pause=30,1s,30s,0.5m', [30, 1]],
    ['frequencyerror=-500..500:3', [-500, 0, 500]],
    ['servers=1,4', [1, 4]],
    ['servers=1..8', [1, 2, 3, 4, 5, 6, 7, 8]],
  ])('%s', (text, values) => expect(readAxis(text)).toMatchObject({ kind: 'knob', values }))

  test('has nine values when nobody says how many, the ends among them', () => {
    const axis = readAxis('pause=0.1..1200')
    if (axis.kind !== 'knob') throw new Error('no knob')
    expect(axis.values).toHaveLength(9)
    expect([axis.values[0], axis.values[8]]).toEqual([0.1, 1200])
  })

  test.each([
    ['player=chrony-debian,clockwright', ['chrony-debian', 'clockwright']],
    ['config=a.conf,b.conf', ['a.conf', 'b.conf']],
    ['config=ntpd-4.2.6p5,-g,-x:a.conf,chrony:b.conf', ['ntpd-4.2.6p5,-g,-x:a.conf', 'chrony:b.conf']],
    ['player=ntpd-4.2.6,ntpd-4.2.8', ['ntpd-4.2.6', 'ntpd-4.2.8']],
  ])('%s', (text, written) => expect(readAxis(text)).toEqual({ kind: 'players', written }))

  test.each([
    ...['pause', 'pause=', 'pause=x', 'pause=3..1', 'pause=1..3:1', 'bananas=1..3', 'loss=a..b', 'loss=0..3'],
    ...['steal=-0.1', 'pause=0,30', 'downtime=0..1', 'wander=-1', 'delay=400d', 'frequencyerror=1e7'],
    ...['servers=0', 'servers=9', 'servers=1.5', 'servers=1..4:3'],
  ])('%s is refused, and it is said why', text => {
    const axis = readAxis(text)
    expect(axis.kind).toBe('refused')
    if (axis.kind === 'refused') expect(axis.why.startsWith(`${text}: `)).toBe(true)
  })
})

test('a pause of no length is none, and that is said; a delay may be none', () => {
  expect(readAxis('pause=0,30')).toMatchObject({
    kind: 'refused',
    why: expect.stringContaining('more than zero'),
  })
  expect(readAxis('delay=0,30')).toMatchObject({ values: [0, 30] })
})

test.each(Object.entries(KNOBS).filter(([name]) => name !== 'servers'))(
  '%s can be what a story may say, and nothing else',
  (name, knob) => {
    const { least, most } = knob
    const read = (value: number) => {
      const told = v.parse(scenarioSchema, {
        title: 'A test',
        about: 'All that can be turned.',
        duration: '10h',
        server: [{ address: '192.0.2.1' }],
        event: [
          { kind: 'pause', at: '1h', length: '1m' },
          { kind: 'migrate', at: '2h', downtime: '1s' },
          { kind: 'load', at: '3h', steal: 0.5 },
          { kind: 'step', at: '4h', by: '1s' },
        ],
      })
      const { guest, event, server } = knob.turn(told, value)
      return v.safeParse(scenarioSchema, JSON.parse(JSON.stringify({ ...told, guest, event, server })))
        .success
    }
    for (const value of [least, most, most / 2])
      expect([name, value, read(value)]).toEqual([name, value, canBe(knob, value)])
    for (const value of [least - 1e-3, most * 1.01])
      expect([canBe(knob, value), read(value)]).toEqual([false, false])
  },
)

describe('an axis that would show nothing', () => {
  const story = (event: object[], more: object = {}) =>
    v.parse(scenarioSchema, {
      title: 'A test',
      about: 'Something happens.',
      duration: '10h',
      server: [{ address: '192.0.2.1' }],
      event,
      ...more,
    })
  const EVENTS = {
    pause: { kind: 'sleep', at: '1h', length: '1m' },
    downtime: { kind: 'migrate', at: '1h', downtime: '1s' },
    steal: { kind: 'load', at: '1h', steal: 0.25 },
    step: { kind: 'step', at: '1h', by: '-1s' },
  }
  const needing = (name: string) =>
    Object.entries(EVENTS).flatMap(([key, event]) => (key === name ? [event] : []))

  test.each(Object.keys(KNOBS))('%s: what it turns is there, or the story has none of it', name => {
    expect(whyIdle(name, story(needing(name)), [])).toBeUndefined()
    const others = story(Object.values(EVENTS).filter(event => !needing(name).includes(event)))
    expect(whyIdle(name, others, []) === undefined).toBe(needing(name).length === 0)
  })

  test('what there is instead is named', () => {
    expect(whyIdle('pause', story([EVENTS.downtime]), [])).toMatch(
      /nothing of the kind \(the length of each pause.*there are: downtime, offset, /,
    )
  })

  test('an offset, for somebody who begins at one of his own', () => {
    const none = { kind: 'none', name: 'nobody' } as const
    expect(whyIdle('offset', story([]), [none, { ...none, offset: 1 }])).toContain('nobody begins at')
    expect(whyIdle('step', story([EVENTS.step]), [{ ...none, offset: 1 }])).toBeUndefined()
  })
})
