import { expect, test } from 'vitest'
import { whyNobodyAgrees } from './agreeing.ts'

const SOURCE = '[[source]]\nmode = "server"\naddress = "ntp.example"\n'
const POOL = '[[source]]\nmode = "pool"\naddress = "pool.example"\n'
const servers = (count: number) =>
  ({ server: Array.from({ length: count }, (_, i) => ({ address: `192.0.2.${i}` })) }) as Parameters<
    typeof whyNobodyAgrees
  >[1]
const why = (config: string, count: number) =>
  whyNobodyAgrees({ kind: 'ntpd-rs', name: 'rs', config }, servers(count))

test('ntpd-rs with fewer servers than must agree is said to follow nobody', () => {
  expect(why(SOURCE, 4)).toBe(
    'rs: 1 server is asked here, and ntpd-rs follows nobody unless 3 agree (minimum-agreeing-sources)',
  )
  // A pool finds no more than the story has.
  expect(why(POOL, 2)).toContain('2 servers are asked here')
  expect(why(POOL, 4)).toBeUndefined()
  expect(why(`${SOURCE}[synchronization]\nminimum-agreeing-sources = 1\n`, 1)).toBeUndefined()
  expect(whyNobodyAgrees({ kind: 'chronyd', name: 'c', config: 'server a' }, servers(1))).toBeUndefined()
})
