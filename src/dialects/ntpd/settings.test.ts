import { expect, test } from 'vitest'
import { parseConf } from './conf.ts'
import { parseOptions } from './options.ts'
import { settingsOf } from './settings.ts'
import { parseVersion } from './version.ts'

const settings = (conf: string, options = '', version = '4.2.8p15') =>
  settingsOf(parseConf(conf, '/f'), parseOptions(options.split(' ')), parseVersion(version)!)

test('a stepout of 10 s is one up to 4.2.7p52 and means 300 s from 4.2.7p53 on', () => {
  const stepout = (version: string) => settings('tinker stepout 10', '', version).stepout
  expect(stepout('4.2.6p5')).toBe(10)
  expect(stepout('4.2.7p52')).toBe(10)
  expect(stepout('4.2.7p53')).toBe(300)
  expect(stepout('4.2.8p15')).toBe(300)
  expect(stepout('ntpsec 1.2.2')).toBe(300)
  expect(settings('', '', '4.2.6p5').stepout).toBe(900)
})

test('-x is a step threshold of 600 s without the kernel', () => {
  expect(settings('', '-x')).toMatchObject({ stepForward: 600, stepBack: 600, kernelLoop: false })
  expect(settings('', '')).toMatchObject({ stepForward: 0.128, stepBack: 0.128, kernelLoop: true })
})

test('tinker step has the last word, but the kernel is not asked again', () => {
  expect(settings('tinker step 0.2', '-x')).toMatchObject({ stepForward: 0.2, kernelLoop: false })
})

test.each([
  ['tinker step 0', false],
  ['tinker step 0.4', true],
  ['tinker step 0.6', false],
  ['tinker stepfwd 1', false],
  ['disable kernel', false],
])('%s: the kernel keeps the clock: %s', (conf, kernelLoop) =>
  expect(settings(conf).kernelLoop).toBe(kernelLoop),
)

test('steps may be allowed one way only', () => {
  expect(settings('tinker step 0.3 stepback 0')).toMatchObject({ stepForward: 0.3, stepBack: 0 })
})

test('tos and the rest', () => {
  expect(
    settings('tos maxdist 16 minsane 2\ntinker panic 0 freq 12.5 allan 9\ndisable ntp', '-q'),
  ).toMatchObject({
    maxdist: 16,
    minsane: 2,
    panic: 0,
    frequency: 12.5e-6,
    allan: 9,
    disciplines: false,
    quit: true,
  })
})

test('the Allan intercept is in seconds up to 4.2.4', () => {
  expect(settings('tinker allan 1024', '', '4.2.4p8').allan).toBe(10)
  expect(settings('tinker allan 10', '', '4.2.6p5').allan).toBe(10)
  expect(settings('tinker allan 1800').allan).toBe(8)
  expect(settings('', '', '4.2.4p8').allan).toBeCloseTo(10.55, 2)
})
