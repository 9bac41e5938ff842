import { expect, test } from 'vitest'
import { parseOpenNtpdConf } from './conf.ts'

test('the file that comes with it', () => {
  const conf = parseOpenNtpdConf(
    `# $OpenBSD: ntpd.conf,v 1.16 $
servers pool.ntp.org
server time.cloudflare.com weight 5 trusted # a comment
sensor *
constraint from "9.9.9.9"
constraints from "www.example.com"
`,
    '/etc/ntpd.conf',
  )
  expect(conf.servers).toEqual([
    { address: 'pool.ntp.org', all: true, weight: 1, trusted: false, line: 2 },
    { address: 'time.cloudflare.com', all: false, weight: 5, trusted: true, line: 3 },
  ])
  expect(conf.constraints).toEqual(['9.9.9.9', 'www.example.com'])
  expect(conf.notUsable.map(({ line }) => line)).toEqual([4])
  expect(conf.notUnderstood).toEqual([])
})

test('what is not understood has its line', () => {
  const conf = parseOpenNtpdConf('server\nserver a weight 11\nserver a iburst\nserver \\\n b\ntinker', '/f')
  expect(conf.notUnderstood.map(({ line }) => line)).toEqual([1, 2, 3, 6])
  expect(conf.servers.map(({ address, line }) => [address, line])).toEqual([['b', 4]])
})
