import { expect, test } from 'vitest'
import { withPolls } from './polls.ts'

test.each([
  ['server 10.0.0.1 iburst maxpoll 10 # near', 'server 10.0.0.1 iburst minpoll 4 maxpoll 6 # near'],
  ['  pool  ntp.example  minpoll -2', '  pool  ntp.example minpoll 4 maxpoll 6'],
  ['peer a.example\r', 'peer a.example minpoll 4 maxpoll 6'],
])('%s', (line, changed) => {
  expect(withPolls(line, () => [4, 6])?.text).toBe(changed)
})

test.each(['# server 10.0.0.1', 'server', 'server 127.127.1.0', 'restrict default', ''])(
  'not in: %s',
  line => {
    expect(withPolls(line, () => [4, 6])).toBeUndefined()
  },
)
