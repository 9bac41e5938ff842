import { expect, test } from 'vitest'
import { openChecks } from './checks.ts'

test('many who ask are told what one check said', async () => {
  let runs = 0
  const checks = openChecks(async () => `{"run":${++runs}}`)
  const answers = await Promise.all([checks.ask(), checks.ask(), checks.ask()])
  expect(answers.map(({ status, body }) => `${status} ${body}`)).toEqual(Array(3).fill('200 {"run":1}'))
})

test('one that failed says why, and is tried again', async () => {
  let runs = 0
  const checks = openChecks(async () => {
    if (++runs === 1) throw new Error('the disk is on fire')
    return '{}'
  })
  expect(await checks.ask()).toMatchObject({ status: 503, body: expect.stringContaining('on fire') })
  expect(await checks.ask()).toMatchObject({ status: 200, body: '{}' })
})

test('an agent that cannot examine says so', async () => {
  expect(await openChecks(undefined).ask()).toMatchObject({ status: 503 })
})
