import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DelaySlope, fitLine, type Line, studentT } from './regression.ts'

const emptyLine = (): Line => ({
  intercept: 0,
  interceptSd: 0,
  slope: 0,
  slopeSd: 0,
  variance: 0,
  first: 0,
  degrees: 0,
})
const points = (y: readonly number[], older = 0) => ({
  x: Float64Array.from(y, (_, i) => 1000 + 16 * i),
  y: Float64Array.from(y),
  distances: new Float64Array(y.length),
  free: 0,
  steepness: 1,
  oldest: 0,
  first: older,
  end: y.length,
})

test('three points make a line, two do not', () => {
  const line = emptyLine()
  expect(fitLine(points([1, 2]), 3, line)).toBe(false)
  expect(fitLine(points([1, 2, 3]), 3, line)).toBe(true)
  expect(line).toMatchObject({ first: 0, degrees: 1 })
  expect(line.intercept).toBeCloseTo(3, 12)
  expect(line.slope).toBeCloseTo(1 / 16, 12)
})

test('noise around a line leaves all points; a bend drops those before it', () => {
  const noise = [3, -2, 1, -3, 2, -1, 3, -3, 1, -2, 2, -1, 1, -2, 3, -1, 2, -3, 1, -1].map(v => v * 1e-6)
  const line = emptyLine()
  fitLine(points(noise), 6, line)
  expect(line.first).toBe(0)
  const bent = noise.map((v, i) => v + (i < 10 ? (10 - i) * 1e-3 : 0))
  fitLine(points(bent), 6, line)
  expect(line.first).toBeGreaterThanOrEqual(9)
  expect(Math.abs(line.slope)).toBeLessThan(1e-6)
})

test('points on one line to the bit are no reason to drop any', () => {
  const line = emptyLine()
  fitLine(points(new Array<number>(30).fill(0)), 6, line)
  expect(line).toMatchObject({ first: 0, slope: 0, intercept: 0 })
})

test('the slope against delay is found under any line in time, and as well after the window has moved', () => {
  const microseconds = fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 20, maxLength: 60 })
  fc.assert(
    fc.property(microseconds, fc.double({ min: -1e-3, max: 1e-3, noNaN: true }), (chosen, rate) => {
      // Squares modulo 13 keep delays from being alike, or from following time.
      const delays = chosen.map((us, i) => (us + 997 * ((i * i) % 13)) * 1e-6)
      const slope = new DelaySlope()
      slope.startAt(1e5, delays[0]!, 0)
      const add = (count: 1 | -1) => (delay: number, i: number) =>
        slope.add(1e5 + 16 * i, delay, rate * 16 * i + 0.5 * delay, count)
      delays.forEach(add(1))
      delays.slice(0, 5).forEach(add(-1))
      expect(slope.slope).toBeCloseTo(0.5, 6)
    }),
  )
})

test('equal delays have no slope', () => {
  const slope = new DelaySlope()
  slope.startAt(0, 1e-3, 0)
  for (let i = 0; i < 20; i++) slope.add(16 * i, 1e-3, i * 1e-6, 1)
  expect(slope.slope).toBeUndefined()
})

test("Student's t is that of the tables", () => {
  expect(studentT(1)).toBe(636.6)
  expect(studentT(40)).toBe(3.551)
  expect(studentT(62)).toBe(3.5)
})
