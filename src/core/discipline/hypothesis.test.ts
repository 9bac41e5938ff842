import { expect, test } from 'vitest'
import { Random } from '#worlds/simulated/random.ts'
import { Hypothesis } from './hypothesis.ts'

const WANDER = 1e-8
const WHITE = 2e-9

type Matrix = number[][]

const product = (a: Matrix, b: Matrix): Matrix =>
  a.map(row => b[0]!.map((_, j) => row.reduce((sum, value, k) => sum + value * b[k]![j]!, 0)))
const transposed = (a: Matrix): Matrix => a[0]!.map((_, j) => a.map(row => row[j]!))
const identity = (n: number): Matrix =>
  Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)))

/** The same filter as textbooks write it, with whole matrices. */
class Textbook {
  x: Matrix
  p: Matrix
  at: number

  constructor(at: number, offset: number, rate: number, rateDeviation: number) {
    this.at = at
    this.x = [[offset], [rate]]
    this.p = [
      [0, 0],
      [0, rateDeviation ** 2],
    ]
  }

  addSource(deviation: number): void {
    this.x.push([0])
    for (const row of this.p) row.push(0)
    this.p.push([...this.p[0]!.map(() => 0).slice(1), deviation ** 2])
  }

  removeSource(source: number): void {
    this.x.splice(2 + source, 1)
    this.p.splice(2 + source, 1)
    for (const row of this.p) row.splice(2 + source, 1)
  }

  advance(at: number): void {
    const t = at - this.at
    this.at = at
    const f = identity(this.x.length)
    f[0]![1] = t
    this.x = product(f, this.x)
    this.p = product(product(f, this.p), transposed(f))
    const q = WANDER ** 2
    this.p[0]![0]! += (q * t ** 3) / 3 + WHITE ** 2 * t
    this.p[0]![1]! += (q * t ** 2) / 2
    this.p[1]![0]! += (q * t ** 2) / 2
    this.p[1]![1]! += q * t
  }

  update(at: number, offset: number, deviation: number, source: number): void {
    this.advance(at)
    const h = [this.x.map((_, i) => (i === 0 || i === 2 + source ? 1 : 0))]
    const gains = product(this.p, transposed(h))
    const s = product(h, gains)[0]![0]! + deviation ** 2
    const surprise = offset - product(h, this.x)[0]![0]!
    this.x = this.x.map(([value], i) => [value! + (gains[i]![0]! / s) * surprise])
    this.p = this.p.map((row, i) => row.map((value, j) => value - (gains[i]![0]! * gains[j]![0]!) / s))
  }

  /** The offset becomes what the sample says, less what its path adds to it. */
  restart(at: number, offset: number, deviation: number, source: number): void {
    this.advance(at)
    const b = 2 + source
    const to = identity(this.x.length)
    to[0] = this.x.map((_, i) => (i === b ? -1 : 0))
    this.x = product(to, this.x)
    this.x[0]![0]! += offset
    this.p = product(product(to, this.p), transposed(to))
    this.p[0]![0]! += deviation ** 2
  }
}

test('is the filter of the textbooks, whoever comes, goes, and begins anew', () => {
  const random = new Random(1, 3)
  const ours = new Hypothesis(WANDER, 0, 1e-3, 2e-5, 1e-4)
  const theirs = new Textbook(0, 1e-3, 2e-5, 1e-4)
  let sources = 0
  const add = () => {
    expect(ours.addSource(0, 1e-5)).toBe(sources++)
    theirs.addSource(1e-5)
  }
  for (let i = 0; i < 4; i++) add()
  for (let i = 1; i <= 200; i++) {
    const at = 16 * i
    const source = random.uint32() % sources
    const offset = 1e-3 + 2e-5 * at + 2e-6 * random.normal()
    if (i === 100) {
      ours.removeSource(1)
      theirs.removeSource(1)
      sources--
    } else if (i === 150) add()
    else if (i % 40 === 0) {
      ours.restart(at, offset, 2e-6, source)
      theirs.restart(at, offset, 2e-6, source)
    } else {
      // No surprise is excused, as textbooks do not know of it.
      ours.update(at, offset, 2e-6, 0, source)
      theirs.update(at, offset, 2e-6, source)
    }
    // To a thousandth of what a sample is wrong by, and of what is not known of each.
    expect(Math.abs(ours.offset(ours.at) - theirs.x[0]![0]!), `sample ${i}`).toBeLessThan(2e-9)
    expect(Math.abs(ours.rate - theirs.x[1]![0]!)).toBeLessThan(1e-11)
    expect((ours.deviation(ours.at) / ours.scale) ** 2 / theirs.p[0]![0]!).toBeCloseTo(1, 3)
    expect((ours.rateDeviation / ours.scale) ** 2 / theirs.p[1]![1]!).toBeCloseTo(1, 3)
    for (let each = 0; each < sources; each++) {
      const path = theirs.p[2 + each]!
      const variance = theirs.p[0]![0]! + 2 * path[0]! + path[2 + each]!
      const expected = ours.expect(ours.at, each)
      expect(Math.abs(expected.offset - theirs.x[0]![0]! - theirs.x[2 + each]![0]!)).toBeLessThan(2e-9)
      expect((expected.deviation / ours.scale) ** 2 / variance).toBeCloseTo(1, 3)
    }
  }
})
