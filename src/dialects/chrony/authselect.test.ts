import { expect, test } from 'vitest'
import { asSelected, barredOf } from './authselect.ts'
import { readChronyConf } from './conf.ts'

/** Of each source, and of an attached clock, what it is to the selection. */
function selected(text: string): string[] {
  const conf = readChronyConf(text, 'chrony.conf')
  const clock = readChronyConf('server 192.0.2.20', '').sources
  const { sources, attached } = asSelected(conf, clock)
  return [...sources, ...attached].map(({ noselect, trust, require }) =>
    [noselect ? 'noselect' : '', trust ? 'trust' : '', require ? 'require' : ''].filter(Boolean).join(' '),
  )
}

test.each([
  // Where nothing is said it is `mix`.
  ['server a nts\nserver b', ['trust require', '', 'trust require']],
  ['server a key 1\nserver b\nauthselectmode MIX', ['trust require', '', 'trust require']],
  ['server a nts\nserver b nts', ['', '', '']],
  ['server a\nserver b', ['', '', '']],
  // Who is followed by nobody counts for neither side.
  ['server a nts noselect\nserver b', ['noselect', '', '']],
  ['server a nts\nserver b noselect', ['', 'noselect', '']],
  ['server a nts\nserver b\nauthselectmode ignore', ['', '', '']],
  ['server a nts\nserver b\nauthselectmode prefer', ['', 'noselect', '']],
  ['server a\nserver b\nauthselectmode prefer', ['', '', '']],
  ['server a nts noselect\nserver b\nauthselectmode prefer', ['noselect', '', '']],
  ['server a nts\nserver b\nauthselectmode require', ['', 'noselect', '']],
  // The last word counts.
  ['server a\nauthselectmode require\nauthselectmode mix', ['', '']],
  ['server a\nauthselectmode require', ['noselect', '']],
])('%j', (text, expected) => {
  expect(selected(text)).toEqual(expected)
})

test('who is not followed for it', () => {
  const barred = (text: string) => barredOf(readChronyConf(text, '')).map(({ address }) => address)
  expect(barred('server a\npool b\nserver c nts\nauthselectmode require')).toEqual(['a', 'b'])
  expect(barred('server a noselect')).toEqual([])
})
