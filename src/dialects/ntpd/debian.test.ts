import { expect, test } from 'vitest'
import { ignoresDhcp } from './debian.ts'

test.each([
  ['', false],
  ['NTPD_OPTS="-g -N"\n# Set to "yes" to ignore DHCP servers.\nIGNORE_DHCP=""\n', false],
  ['IGNORE_DHCP="yes"\n', true],
  ["  export IGNORE_DHCP='yes' # for now", true],
  ['IGNORE_DHCP=yes', true],
  ['#IGNORE_DHCP=yes', false],
  ['IGNORE_DHCP=yes\nIGNORE_DHCP=no', false],
  // The wrapper compares with "yes" to the letter.
  ['IGNORE_DHCP=YES', false],
])('%j: %s', (text, ignored) => expect(ignoresDhcp(text)).toBe(ignored))
