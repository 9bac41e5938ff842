import { expect, test } from 'vitest'
import { ntpdAssociation } from '../../../../test/support/ntpd-association.ts'
import type { Association } from './association.ts'
import { type FilterRules, filterSample } from './filter.ts'

const RULES: FilterRules = {
  dispersion: 15e-6,
  maxdist: 1.5,
  allan: 2048,
  oldSamples: 'pay',
  precision: 2 ** -23,
  sorted: true,
}

function association(): Association {
  const peer = ntpdAssociation()
  peer.clear(0, RULES.precision)
  return peer
}

const sample = (offset: number, delay = 1e-3) => ({ offset, delay, dispersion: 1e-6 })

test('each sample halves the dispersion of the empty register', () => {
  const peer = association()
  const dispersions = [1, 3, 5, 7].map(now => {
    expect(filterSample(peer, sample(0.05), now, RULES)).toBe('used')
    return peer.dispersion
  })
  expect(dispersions.map(each => each.toFixed(2))).toEqual(['7.94', '3.94', '1.94', '0.94'])
})

test('the sample with the least delay speaks, and an older one than the last used says nothing new', () => {
  const peer = association()
  filterSample(peer, sample(0.001, 2e-3), 64, RULES)
  expect(filterSample(peer, sample(0.002, 1e-3), 128, RULES)).toBe('used')
  expect(peer.offset).toBe(0.002)
  expect(filterSample(peer, sample(0.009, 5e-3), 192, RULES)).toBe('old')
  expect(peer.offset).toBe(0.002)
})

test('beyond the Allan intercept age counts against a small delay', () => {
  const peer = association()
  filterSample(peer, sample(0.001, 1e-3), 64, RULES)
  filterSample(peer, sample(0.002, 20e-3), 1500, RULES)
  expect(peer.offset).toBe(0.001)
  filterSample(peer, sample(0.003, 30e-3), 2200, RULES)
  expect(peer.offset).toBe(0.002)
})

test('where old samples stand back, a jump is out of the jitter as soon as two new samples are there', () => {
  const rules: FilterRules = { ...RULES, maxdist: 1, allan: 1500, oldSamples: 'stand-back' }
  const peer = association()
  for (let i = 1; i <= 8; i++) filterSample(peer, sample(0), 1024 * i, rules)
  filterSample(peer, sample(4.3), 1024 * 9, rules)
  expect(peer.jitter).toBeCloseTo(4.3, 3)
  filterSample(peer, sample(4.3), 1024 * 10, rules)
  expect(peer.jitter).toBeLessThan(1e-6)
})

test('before the clock is set the newest sample speaks', () => {
  const peer = association()
  filterSample(peer, sample(0.001, 1e-3), 1, { ...RULES, sorted: false })
  expect(filterSample(peer, sample(0.002, 9e-3), 3, { ...RULES, sorted: false })).toBe('used')
  expect(peer.offset).toBe(0.002)
})

test('popcorn: a change of more than three times the jitter soon after the last is ignored', () => {
  const peer = association()
  for (let i = 1; i <= 8; i++) filterSample(peer, sample(0.001, 2e-3), 64 * i, RULES)
  expect(filterSample(peer, sample(0.05, 1e-3), 64 * 9, { ...RULES, maxdist: 16 })).toBe('used')
  const calm = association()
  for (let i = 1; i <= 8; i++) filterSample(calm, sample(0.001 + 1e-6 * i, 2e-3), 64 * i, RULES)
  // The jump itself makes the jitter, which is the root of seven squares of it over seven: no popcorn is that.
  expect(filterSample(calm, sample(0.05, 3e-3), 64 * 9, RULES)).toBe('old')
})

test('after a jump old and new stand side by side: the jitter is as large as the jump until the old have left', () => {
  const peer = association()
  for (let i = 1; i <= 8; i++) filterSample(peer, sample(0, 2e-3), 64 * i, RULES)
  filterSample(peer, sample(4.3, 1e-3), 64 * 9, RULES)
  expect(peer.jitter).toBeCloseTo(4.3, 3)
  for (let i = 10; i <= 15; i++) filterSample(peer, sample(4.3, 1e-3), 64 * i, RULES)
  expect(peer.jitter).toBeGreaterThan(1.5)
  filterSample(peer, sample(4.3, 1e-3), 64 * 16, RULES)
  expect(peer.jitter).toBeLessThan(1e-6)
})

test('no answer is a sample that is fit for nothing', () => {
  const peer = association()
  expect(filterSample(peer, { offset: 0, delay: 0, dispersion: 16 }, 64, RULES)).toBe('nothing')
})
