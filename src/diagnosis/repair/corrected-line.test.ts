/** What is shown of a line with several mistakes has none of them, and a plan mends all of them at once. */
import { expect, test } from 'vitest'
import type { TimeDaemon } from '#core/guest/inventory.ts'
import { memoryFiles } from '#core/guest/memory-files.ts'
import { takeInventory } from '../inventory/inventory.ts'
import { lint } from '../lint/lint.ts'
import { lintMachine } from '../machine/configuration.ts'
import { correctedLine } from './corrected-line.ts'
import { pauseRemedy } from './pause-remedy.ts'
import { planRepair } from './plan.ts'

const CONF = '/etc/ntp.conf'
const SERVERS = [
  'server 10.20.0.1 iburts',
  'server 10.20.0.2 iburst perfer',
  'server 10.20.0.3 minpol 4',
  'server 10.20.0.4 iburts minpol 4',
]
const WITHOUT = [
  'server 10.20.0.1 iburst minpoll 4 maxpoll 6',
  'server 10.20.0.2 iburst prefer minpoll 4 maxpoll 6',
  'server 10.20.0.3 minpoll 4 maxpoll 6',
  'server 10.20.0.4 iburst minpoll 4 maxpoll 6',
]

test('short polls on lines with mistakes', () => {
  const text = `tinker panic 0\n${SERVERS.join('\n')}\n`
  const files = memoryFiles({
    'usr/sbin/ntpd': '',
    [CONF.slice(1)]: text,
    'proc/700/comm': 'ntpd\n',
    'proc/700/cmdline': '/usr/sbin/ntpd\0-g\0',
  })
  const inventory = takeInventory(files)
  const found = lintMachine(inventory, files)
  const remedy = pauseRemedy(inventory.daemons.find(({ name }) => name === 'ntpd') as TimeDaemon, found, 4.3)
  expect(remedy.changes.filter(line => line.startsWith('server'))).toEqual(WITHOUT)
  const slow = {
    ...found[0]!,
    name: 'slow-after-a-pause' as const,
    remedy: { ...found[0]!.remedy, ...remedy },
  }
  const misspelt = found.filter(({ name }) => name === 'misspelt')
  const plan = planRepair([slow, ...misspelt], inventory, {
    content: () => ({ kind: 'read', bytes: text }),
    live: false,
    services: 'none',
  })
  const [step] = plan.steps
  expect(step?.change.kind === 'file' && step.change.after?.split('\n').slice(1, 5)).toEqual(WITHOUT)
  expect(plan.advice.filter(({ title }) => title.includes('by hand'))).toEqual([])
})

test.each(['etc/ntp.conf', 'etc/chrony.conf'])('%s: `iburst` on a line with another mistake', path => {
  const [finding] = lint([{ path, text: `${SERVERS[2]}\n` }]).filter(({ name }) => name === 'no-iburst')
  expect(finding?.remedy.changes).toEqual(['server 10.20.0.3 minpoll 4 iburst'])
})

test('words that two would change in two ways stay as the remedy has them', () =>
  expect(correctedLine('server a x', 'server a y', ['server a z'])).toBe('server a y'))
