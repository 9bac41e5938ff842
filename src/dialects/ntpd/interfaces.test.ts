import { expect, test } from 'vitest'
import { readCommands } from './commands.ts'
import { closesAll, isInterface } from './interfaces.ts'

test.each([
  ['', false],
  ['interface ignore all', true],
  ['nic drop all', true],
  ['interface ignore all\ninterface listen eth0', false],
  // The last that an address falls under decides.
  ['interface listen eth0\ninterface ignore all', true],
  ['interface listen 127.0.0.1\ninterface ignore wildcard', true],
  ['interface listen lo\ninterface listen ::1', true],
  ['interface ignore wildcard\ninterface listen 192.0.2.1', false],
  ['interface listen wildcard', false],
  // What no line speaks of is left alone, as soon as there is one.
  ['interface ignore eth1', true],
  ['interface ignore ipv6\ninterface listen ipv4', false],
  ['interface ignore ipv6\ninterface listen all', false],
])('%j leaves nobody to be asked: %s', (text, closed) => {
  expect(closesAll(readCommands(text).filter(isInterface))).toBe(closed)
})
