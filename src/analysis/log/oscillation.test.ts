/** What is an oscillation, and what only swings a few times after a jump. */
import { describe, expect, test } from 'vitest'
import { explain } from '../../../test/support/explain.ts'

/** loopstats, every 16 s. */
const names = (offset: (at: number) => number) =>
  explain(
    ...Array.from({ length: 2700 }, (_, i) => 16 * i).map(
      at => `61469 ${at}.000 ${offset(at).toFixed(9)} 1.000 0.000100000 0.001000 4`,
    ),
  ).findings.map(({ name }) => name)

test('swings that go on are one', () => {
  expect(names(at => 0.1 * Math.sin((2 * Math.PI * at) / 3000))).toContain('growing-oscillation')
})

test('what half of the delay explains swings nowhere', () => {
  // To and fro, for some minutes to one side: packets wait up to 80 ms in one direction, and then in the other.
  const rows = (delayed: boolean) =>
    Array.from({ length: 2700 }, (_, i) => 32 * i).map(at => {
      const late = 0.08 * Math.sin((2 * Math.PI * at) / 3000) * (0.6 + 0.4 * Math.sin(at))
      return `61469 ${at}.000 192.0.2.1 963a ${(late / 2).toFixed(9)} ${(0.004 + (delayed ? Math.abs(late) : 0)).toFixed(9)} 0.001 0.005`
    })
  const told = (delayed: boolean) => explain(...rows(delayed)).findings.map(({ name }) => name)
  expect(told(true)).not.toContain('growing-oscillation')
  expect(told(false)).toContain('growing-oscillation')
})

test('a few swings each four hours, after what was corrected too much, are none', () => {
  const swinging = (at: number) => at % 14_400 < 320
  expect(names(at => (swinging(at) ? 0.1 * Math.sin((2 * Math.PI * at) / 80) : 1e-5))).not.toContain(
    'growing-oscillation',
  )
})

describe('three servers that are asked every 17 min, one after another, of a clock that swings', () => {
  const POLL = 1024
  const PERIOD = 5400
  const TOP = 0.5
  /** peerstats. Each eighth answer that a server gives is late, and waits for the next to pass. */
  const measured = (offset: (at: number) => number) =>
    Array.from({ length: 240 }, (_, i) => i * POLL).flatMap((poll, i) =>
      [0, 1, 2].flatMap(server => {
        const at = poll + server * 300
        if ((i + 3 * server) % 8 === 0) return []
        return `${61469 + Math.floor(at / 86_400)} ${at % 86_400}.000 192.0.2.${server + 1} 961a ${offset(at).toFixed(9)} 0.030000000 0.020000000 0.010000000`
      }),
    )
  // It begins after some hours, in which the sources are learned to be quiet.
  const swing = (at: number) => (at < 20_000 ? 0 : TOP * Math.sin((2 * Math.PI * (at - 20_000)) / PERIOD))
  const told = (offset: (at: number) => number) => {
    const { findings } = explain(...measured(offset))
    return findings.filter(({ name }) =>
      ['vm-paused', 'stepped-by-someone-else', 'source-jumped', 'growing-oscillation'].includes(name),
    )
  }

  test('from poll to poll it is elsewhere, and neither the clock nor a source jumped', () => {
    expect(told(swing).map(({ name }) => name)).toEqual(['growing-oscillation'])
  })

  test('a pause that no swing explains is told beside it', () => {
    const found = told(at => swing(at) + (at > 120_000 && at < 124_000 ? 5 : 0))
    const sizes = found.filter(({ name }) => name === 'vm-paused').map(({ measures }) => measures.size!)
    // The clock swings on meanwhile.
    expect(Math.abs(Math.max(...sizes) - 5)).toBeLessThan(2 * TOP)
  })
})
