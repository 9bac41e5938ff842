import { expect, test } from 'vitest'
import { parseNtpdRsConf } from '#dialects/ntpd-rs/conf.ts'
import { mergeEdits } from '../../repair/edit.ts'
import { lint } from '../lint.ts'

const SOURCE = '[[source]]\nmode = "pool"\naddress = "pool.example"\ncount = 4\n'
const UNIT = (restart: string) => ({
  path: 'usr/lib/systemd/system/ntpd-rs.service',
  text: `[Service]\nExecStart=/usr/bin/ntp-daemon\n${restart}`,
})
const panics = (said: string, hypervisor = 'kvm', ...more: { path: string; text: string }[]) =>
  lint([{ path: 'etc/ntpd-rs/ntp.toml', text: SOURCE + said }, ...more], { hypervisor }).filter(
    ({ name }) => name === 'panic-exit-ahead',
  )

test('by default it ends itself beyond 1000 s, and its own unit starts it anew: a note', () => {
  expect(panics('')).toMatchObject([{ severity: 'note', measures: { panic: 1000 } }])
  expect(panics('', 'kvm', UNIT('Restart=always\n'))).toMatchObject([{ severity: 'note' }])
  expect(panics('', 'none')).toEqual([])
})

test('where nothing starts it anew, or the start has the same limit, it is a warning', () => {
  expect(panics('', 'kvm', UNIT(''))).toMatchObject([{ severity: 'warning' }])
  const [finding] = panics(
    '[synchronization]\nsingle-step-panic-threshold = 1800\nstartup-step-panic-threshold = 1800\n',
  )
  expect(finding).toMatchObject({ severity: 'warning', measures: { panic: 1800 } })
  expect(finding!.evidence.map(({ line }) => line)).toEqual([6, 7])
})

test('what adds up is another limit', () => {
  const said = '[synchronization]\nsingle-step-panic-threshold = "inf"\naccumulated-step-panic-threshold = '
  expect(panics(`${said}3600\n`)).toMatchObject([{ severity: 'warning', evidence: [{ line: 7 }] }])
  expect(panics(`${said}0\n`)).toEqual([])
})

test.each([
  '',
  '[synchronization]\nminimum-agreeing-sources = 2\n',
  '[synchronization]\nsingle-step-panic-threshold = 1800\nstartup-step-panic-threshold = { forward = 900, backward = 60 }\n',
  '[synchronization]\nsingle-step-panic-threshold = { forward = 30, backward = "inf" }\n[observability]\nlog-level = "info"\n',
])('with its remedy it goes on after any pause, and steps back are limited as before: %j', said => {
  const before = parseNtpdRsConf(SOURCE + said, 'x').settings
  const edits = panics(said).flatMap(({ remedy }) => remedy.edits ?? [])
  const after = mergeEdits(SOURCE + said, [edits]).text
  expect(parseNtpdRsConf(after, 'x')).toMatchObject({
    notUnderstood: [],
    settings: {
      singleStepPanicThreshold: {
        forward: Number.POSITIVE_INFINITY,
        backward: before.singleStepPanicThreshold.backward,
      },
      startupStepPanicThreshold: {
        forward: Number.POSITIVE_INFINITY,
        backward: before.startupStepPanicThreshold.backward,
      },
    },
  })
  expect(lint([{ path: 'etc/ntpd-rs/ntp.toml', text: after }], { hypervisor: 'kvm' })).not.toContainEqual(
    expect.objectContaining({ name: 'panic-exit-ahead' }),
  )
})
