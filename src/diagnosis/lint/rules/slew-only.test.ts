import { expect, test } from 'vitest'
import { withoutX } from './slew-only.ts'

test.each([
  ['OPTIONS="-g -x"', 'OPTIONS="-g"'],
  ['OPTIONS="-x -g"', 'OPTIONS="-g"'],
  ['OPTIONS="-x"', 'OPTIONS=""'],
  ['OPTIONS="-gx"', 'OPTIONS="-g"'],
  ['OPTIONS="-x -u ntp:ntp -p /var/run/ntpd.pid -g"', 'OPTIONS="-u ntp:ntp -p /var/run/ntpd.pid -g"'],
  ["NTPD_OPTS='-g --slew'", "NTPD_OPTS='-g'"],
  ['ExecStart=/usr/sbin/ntpd -u ntp:ntp -x -g', 'ExecStart=/usr/sbin/ntpd -u ntp:ntp -g'],
  ['OPTIONS="-u xntp -g"', 'OPTIONS="-u xntp -g"'],
])('%s without -x is %s', (line, expected) => expect(withoutX(line)).toBe(expected))
