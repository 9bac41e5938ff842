/** Of two daemons the one is kept for which somebody has named servers, and nobody's servers are dropped without a word. */
import { describe, expect, test } from 'vitest'
import type { TimeDaemon } from '#core/guest/inventory.ts'
import { type Member, memoryFiles } from '#core/guest/memory-files.ts'
import { takeInventory } from '../inventory/inventory.ts'
import { actionsOf } from '../repair/plan.ts'
import { checkMachine } from './check.ts'
import { lintMachine } from './configuration.ts'
import { ownServers } from './own-servers.ts'

type Members = Readonly<Record<string, Member>>

const VENDORS = [0, 1, 2, 3].map(each => `server ${each}.centos.pool.ntp.org iburst\n`).join('')
const OWN = [1, 2, 3, 4].map(each => `server 10.20.0.${each} iburst\n`).join('')

const process = (pid: number, name: string): Members => ({
  [`proc/${pid}/comm`]: `${name}\n`,
  [`proc/${pid}/cmdline`]: `/usr/sbin/${name}\0`,
})
const unit = (name: string): Members => ({
  [`usr/sbin/${name}`]: '',
  [`usr/lib/systemd/system/${name}.service`]: `[Service]\nExecStart=/usr/sbin/${name}\n[Install]\nWantedBy=multi-user.target\n`,
  [`etc/systemd/system/multi-user.target.wants/${name}.service`]: {
    link: `/usr/lib/systemd/system/${name}.service`,
  },
})
const both = (chrony: string, ntp: string): Members => ({
  ...unit('chronyd'),
  ...unit('ntpd'),
  'etc/chrony.conf': `${chrony}makestep 1 3\n`,
  'etc/ntp.conf': ntp,
})
const CHRONYD_RUNS = process(700, 'chronyd')
const BOTH_RUN = { ...CHRONYD_RUNS, ...process(701, 'ntpd') }

function remedyIn(members: Members) {
  const files = memoryFiles(members)
  const inventory = takeInventory(files)
  const subject = { inventory, live: undefined, prospect: undefined }
  const finding = checkMachine(subject, lintMachine(inventory, files)).find(
    ({ name }) => name === 'two-daemons',
  )!
  const stopped = actionsOf(finding).flatMap(each => (each.kind === 'stop' ? each.daemon : []))
  return { stopped, text: finding.remedy.text }
}

describe.each<[string, Members]>([
  ['both run', BOTH_RUN],
  ['both are started', {}],
])('%s', (_, runs) => {
  test('the one with servers that somebody has named is kept', () => {
    const { stopped, text } = remedyIn({ ...both(VENDORS, OWN), ...runs })
    expect(stopped).toEqual(['chronyd'])
    expect(text).toContain('10.20.0.1, 10.20.0.2, 10.20.0.3 and 10.20.0.4')
  })

  test('of two that are alike the one that recovers better', () => {
    expect(remedyIn({ ...both(VENDORS, VENDORS), ...runs })).toMatchObject({ stopped: ['ntpd'] })
    const { stopped, text } = remedyIn({ ...both(OWN, OWN), ...runs })
    expect(stopped).toEqual(['ntpd'])
    expect(text).not.toContain('10.20.0.1')
  })

  test('a clock that is attached somebody has set up', () =>
    expect(remedyIn({ ...both(`${VENDORS}refclock PHC /dev/ptp0 poll 2\n`, OWN), ...runs })).toMatchObject({
      stopped: ['ntpd'],
    }))

  test('servers that are asked no more are named', () => {
    const { stopped, text } = remedyIn({ ...both('server 10.20.0.1\nserver 10.9.0.1\n', OWN), ...runs })
    expect(stopped).toEqual(['ntpd'])
    expect(text).toContain('10.20.0.2, 10.20.0.3 and 10.20.0.4, which chronyd does not ask')
  })
})

test('who runs is kept, and the servers of the other are named', () => {
  const { stopped, text } = remedyIn({ ...both(VENDORS, OWN), ...CHRONYD_RUNS })
  expect(stopped).toEqual(['ntpd'])
  expect(text).toContain('10.20.0.4, which chronyd does not ask')
})

test.each([
  ['0.rhel.pool.ntp.org', false],
  ['2.debian.pool.ntp.org', false],
  ['pool.ntp.org', false],
  ['3.pool.ntp.org', false],
  ['1.ntp.ubuntu.com', false],
  ['0.de.pool.ntp.org', true],
  ['europe.pool.ntp.org', true],
  ['time.corp.example', true],
  ['127.127.1.0', false],
])('%s is named by somebody: %s', (address, own) => {
  const text = `server ${address} iburst\n`
  const of = (name: string, path: string) =>
    ownServers({ name, configuration: [{ path, text, includedBy: undefined }] } as unknown as TimeDaemon)
  expect(of('ntpd', '/etc/ntp.conf')).toEqual(own ? [address] : [])
})
