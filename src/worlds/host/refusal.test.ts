import { expect, it } from 'vitest'
import { refusalOf } from './refusal.ts'

it.each([
  ['ECONNREFUSED', 'connection-refused'],
  ['ENETUNREACH', 'network-unreachable'],
  ['EHOSTUNREACH', 'network-unreachable'],
  ['EAFNOSUPPORT', 'network-unreachable'],
  ['EPERM', 'not-permitted'],
  ['EACCES', 'not-permitted'],
  ['EINVAL', 'send-failed'],
  ['EMFILE', 'send-failed'],
  ['EMSGSIZE', 'send-failed'],
  ['something new', 'send-failed'],
])('%s is %s', (errno, refusal) => {
  expect(refusalOf(errno)).toBe(refusal)
})
