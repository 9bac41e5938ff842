/** Of a line in which a word is wrong ntpd takes what is in front of it, or nothing: rules judge what is left. */
import { expect, test } from 'vitest'
import { lint } from './lint.ts'

const told = (text: string) =>
  lint([{ path: '/etc/ntp.conf', text: `tinker panic 0\n${text}` }], {
    hypervisor: 'kvm',
    daemons: [{ name: 'ntpd', version: '4.2.8p15' }],
  })
const namesOf = (text: string): string[] => told(text).map(({ name, severity }) => `${severity} ${name}`)

const SERVERS = ['a', 'b', 'c', 'd']
const asked = (option: string): string => SERVERS.map(name => `server ${name} ${option}\n`).join('')

test('a restriction that is dropped drops no answers', () => {
  const text = (flag: string) => `pool pool.ntp.org iburst\nrestrict default ${flag} nopeer noquery\n`
  expect(namesOf(text('limited'))).toContain('critical restrict-drops-answers')
  expect(namesOf(text('limted'))).not.toContain('critical restrict-drops-answers')
  expect(namesOf(text('limted'))).toContain('warning misspelt')
})

test('what stands in front of the mistake drops them all the same', () => {
  const text = 'pool pool.ntp.org iburst\nrestrict default nopeer noquery limited kdo\n'
  expect(namesOf(text)).toContain('critical restrict-drops-answers')
})

test('servers whose options are lost are asked, and it is said what is left', () => {
  const findings = told(asked('iburst minpol 4'))
  expect(findings.filter(({ severity }) => severity === 'critical')).toEqual([])
  expect(findings.find(({ name }) => name === 'misspelt')).toMatchObject({
    severity: 'warning',
    cost: 'ntpd logs "syntax error" and goes on with no more of this line than `server a iburst`.',
  })
})

test('what ntpd has taken of a line is not taken away with a correction that would harm', () => {
  const wrong = told(`${asked('iburst')}tinker allan 11 stpe 0\n`).find(({ name }) => name === 'misspelt')
  expect(wrong?.remedy.edits).toMatchObject([{ kind: 'replace', text: 'tinker allan 11' }])
})

test('servers whose lines are dropped are none', () => {
  expect(namesOf(asked('iburst'))).not.toContain('critical no-source')
  expect(namesOf(asked('minpoll four'))).toContain('critical no-source')
  const [first] = told(`${asked('iburst').replaceAll('server', 'servr')}server e iburst\n`)
  expect(first).toMatchObject({
    name: 'misspelt',
    cost: expect.stringContaining('Hence `single-source`, too: e is the only source'),
  })
})

test('what fills a template in is not known, and its lines count', () => {
  expect(namesOf(asked('{{ option }}'))).not.toContain('critical no-source')
})

test('of a command that NTPsec does not have it takes nothing', () => {
  const text = 'pool p iburst\ndiscard average 3\n'
  expect(lint([{ path: 'etc/ntpsec/ntp.conf', text }])).toContainEqual(
    expect.objectContaining({
      name: 'not-in-this-version',
      cost: 'ntpd logs "syntax error" and goes on without this whole line.',
    }),
  )
})

test('the hash of a list of leap seconds may be passed over, late in 4.2.8', () => {
  const told = (version: string) =>
    lint([{ path: 'etc/ntp.conf', text: 'pool p iburst\nleapfile /l ignorehash\n' }], {
      daemons: [{ name: 'ntpd', version }],
    }).filter(({ evidence }) => evidence[0]?.line === 2)
  expect(told('4.2.8p18')).toEqual([])
  expect(told('4.2.8p6')).toMatchObject([{ name: 'not-in-this-version' }])
})
