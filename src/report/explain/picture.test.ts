import { expect, test } from 'vitest'
import { withLiteralColours } from '../chart/literal.ts'
import { print } from '../chart/svg.ts'
import type { Curve, HostCurves } from './curves.ts'
import { gnuplotScript } from './gnuplot.ts'
import { offsetPicture } from './picture.ts'

const FROM = Date.parse('2026-12-07T00:00:00Z') / 1000

const curve = (low: readonly number[], steps = low.map((_, i) => Math.min(i, 1))): Curve => ({
  format: 'ntpd rawstats',
  origin: FROM,
  width: 64,
  steps,
  low,
  spread: low.map(() => 1e-6),
  gap: 4,
})

const host = (name: string, more: Partial<HostCurves> = {}): HostCurves => ({
  name,
  measured: curve([1e-5, -2e-5, 3e-5, 30, 2e-5]),
  taken: undefined,
  delay: undefined,
  frequency: undefined,
  happenings: [
    {
      kind: 'pause',
      at: FROM + 200,
      label: 'stood still 30.0 s',
      text: 'The machine stood still for 30.0 s.',
    },
  ],
  left: 0,
  steady: undefined,
  ...more,
})

/** Each tag that is opened is closed, in order, and nothing else looks like a tag. */
function expectWellFormed(xml: string): void {
  const open: string[] = []
  for (const [, end, name, empty] of xml.matchAll(/<(\/?)([\w-]+)(?:\s[\w:-]+="[^"<>]*")*(\/?)>/g)) {
    if (end) expect(open.pop()).toBe(name)
    else if (!empty) open.push(name!)
  }
  expect(open).toEqual([])
  expect(xml.replace(/<\/?[\w-]+(?:\s[\w:-]+="[^"<>]*")*\/?>/g, '')).not.toMatch(/[<>]|&(?!\w+;)/)
}

test('a picture is well-formed, whatever a host is called, and says what happened', () => {
  const svg = print(offsetPicture([host('<web1>&"\u0007')], { alone: true })!)
  expectWellFormed(svg)
  expect(svg).toContain('&lt;web1&gt;&amp;&quot;')
  expect(svg).toContain('>stood still 30.0 s</text>')
  expect(svg).toMatch(/positive: behind \(2026-12-07 to 2026-12-07, UTC\)/)
})

test('several hosts are overlaid, and their marks named', () => {
  const svg = print(offsetPicture([host('web1'), host('web2')])!)
  expect(svg.match(/class="series"/g)).toHaveLength(2)
  expect(svg).toContain('>web2: stood still 30.0 s</text>')
})

test('a picture in a file needs no variables', () => {
  const svg = print(withLiteralColours(offsetPicture([host('var(--ink)')], { alone: true })!))
  expectWellFormed(svg)
  expect(svg.replaceAll('>var(--ink)<', '')).not.toMatch(/var\(/)
  expect(svg).toMatch(/class="series" stroke="#[0-9a-f]{6}"/)
})

test('without a curve there is none', () => {
  const none = host('web1', { measured: undefined })
  expect(offsetPicture([none])).toBeUndefined()
  expect(gnuplotScript([none])).toBeUndefined()
})

test('a script for gnuplot has titles, units, gaps and quoted names', () => {
  const broken = curve([1e-5, 2e-5, 3e-5], [0, 1, 50])
  const script = gnuplotScript([host("web's\n1", { measured: broken, frequency: curve([2e-5, 2.1e-5]) })])!
  expect(script).toContain("title 'web''s\\u{0a}1 (ntpd rawstats)'")
  expect(script).toContain("set ylabel 'offset, positive: behind (µs)'")
  expect(script).toContain("set ylabel 'frequency correction (ppm)'")
  expect(script).toContain('set xtics 600')
  const [, block] = /^\$offset1 << EOD\n([\s\S]*?)^EOD$/m.exec(script)!
  expect(block!.trimEnd().split('\n')).toEqual([
    `${FROM + 32} 0.00001 0.000011`,
    `${FROM + 96} 0.00002 0.000021`,
    '',
    `${FROM + 96 + 50 * 64} 0.00003 0.000031`,
  ])
})

test('what counts from the boot has an axis without dates', () => {
  const measured = { ...curve([1e-8, -2e-8, 3e-8]), origin: 1500 }
  const svg = print(offsetPicture([host('a', { measured, happenings: [] })])!)
  expect(svg).toContain('time since the boot')
  expect(svg).not.toContain('1970')
})
