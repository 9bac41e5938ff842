/** ntpd goes on without the whole of a line in which a word is wrong: rules judge what is left. */
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
  const text = (flag: string) => `pool pool.ntp.org iburst\nrestrict default nopeer noquery ${flag}\n`
  expect(namesOf(text('limited'))).toContain('critical restrict-drops-answers')
  expect(namesOf(text('limted'))).not.toContain('critical restrict-drops-answers')
  expect(namesOf(text('limted'))).toContain('warning misspelt')
})

test('servers whose lines are dropped are none', () => {
  expect(namesOf(asked('iburst'))).not.toContain('critical no-source')
  expect(namesOf(asked('ibrust'))).toContain('critical no-source')
  const [first] = told(`${asked('ibrust')}server e iburst\n`)
  expect(first).toMatchObject({
    name: 'misspelt',
    cost: expect.stringContaining('Hence `single-source`, too: e is the only source'),
  })
})

test('what fills a template in is not known, and its lines count', () => {
  expect(namesOf(asked('{{ option }}'))).not.toContain('critical no-source')
})
