import { describe, expect, it } from 'vitest'
import { withoutSecrets } from './secrets.ts'

describe('secrets', () => {
  it.each([
    ['DB_PASSWORD=hunter2', 'DB_PASSWORD=(removed)'],
    ["my-api-token: 'a b'", "my-api-token: '(removed)'"],
    ['https://user:p@ss:w/ord@host/x', 'https://(removed)@host/x'],
    ['https://hc-ping.com/01234567-89ab-cdef-0123-456789abcdef', 'https://hc-ping.com/(removed)'],
    ['#server u:PW@a.example iburst', '#server (removed)@a.example iburst'],
    ['ntpdate -u u:P:W@a.example', 'ntpdate -u (removed)@a.example'],
    ['Nov 23 10:00:00 a systemd[1]: b@c.service: d', 'Nov 23 10:00:00 a systemd[1]: b@c.service: d'],
    [`${'x'.repeat(100)}password=a`, `${'x'.repeat(100)}password=(removed)`],
    ['server time.example.org iburst', 'server time.example.org iburst'],
  ])('%j', (text, left) => {
    expect(withoutSecrets(text)).toBe(left)
  })

  // Each of these had taken minutes.
  it.each(['pass', '-u ', ' -u', 'echo ', '://a/', '://a:', '?key', '"pw'])(
    'lines of %j alone are read soon',
    word => {
      const line = word.repeat(4000 / word.length)
      expect(withoutSecrets(Array(4).fill(line).join('\n')).split('\n')).toHaveLength(4)
      expect(withoutSecrets(`a\n${line.repeat(300)}\nb`)).toBe('a\n(removed)\nb')
    },
  )
})
