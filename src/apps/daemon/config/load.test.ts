import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { printEffective, sourceOf } from './effective.ts'
import { ConfigError, loadConfig } from './load.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'clockwright-config-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const file = (text: string | Uint8Array, name = 'clockwright.toml'): string => {
  const path = join(directory, name)
  writeFileSync(path, text)
  return path
}

const problems = (text: string | Uint8Array): string[] => {
  try {
    loadConfig(file(text))
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(each => each.replaceAll(`${directory}/`, ''))
    throw error
  }
  return []
}

describe('a configuration', () => {
  test('that is empty is all defaults', () => {
    expect(loadConfig(file('')).config).toEqual({
      source: [],
      agent: { minsources: 1, maxdistance: 1.5, hostclock: true },
      discipline: { afterdisruption: 'step', maxslew: 500, leap: 'step', panic: 86_400 },
      server: {
        listen: [],
        port: 123,
        allow: ['127.0.0.0/8', '::1'],
        deny: [],
        ratelimit: true,
        interval: 2,
        burst: 16,
      },
      page: { address: '127.0.0.1', port: 9319 },
      history: { keep: 172_800, maxsize: 256_000_000 },
    })
  })

  test('with sources and units', () => {
    const { config } = loadConfig(
      file(
        '[[source]]\naddress = "ntp.example"\nminpoll = 4\n[[source]]\naddress = "::1"\nport = 1123\npool = false\n[agent]\nmaxdistance = "500ms"\n[history]\nkeep = "12h"\nmaxsize = "10MB"\n',
      ),
    )
    expect(config.source.map(sourceOf)).toMatchObject([
      { name: 'ntp.example', minpoll: 4, maxpoll: 10, iburst: true },
      { address: '::1', port: 1123 },
    ])
    expect(config).toMatchObject({
      agent: { maxdistance: 0.5 },
      history: { keep: 43_200, maxsize: 10_000_000 },
    })
  })

  test('is put together from conf.d in the order of the names', () => {
    mkdirSync(join(directory, 'conf.d'))
    file('[[source]]\naddress = "b"\n[page]\nport = 2\n', 'conf.d/20-b.toml')
    file('[[source]]\naddress = "a"\n[page]\nport = 1\n', 'conf.d/10-a.toml')
    file('nonsense', 'conf.d/README')
    const { config, files } = loadConfig(file('[[source]]\naddress = "main"\n'))
    expect(config.source.map(({ address }) => address)).toEqual(['main', 'a', 'b'])
    expect(config.page.port).toBe(2)
    expect(files).toHaveLength(3)
  })

  test('that is shown comes back as it was', () => {
    const first = loadConfig(file('[[source]]\naddress = "ntp.example"\nprefer = true\n')).config
    const sources = first.source.map(sourceOf)
    const again = loadConfig(file(printEffective(first, sources, 'here', '/x/history.db'))).config
    expect(again.source.map(sourceOf)).toEqual(sources)
    expect(again).toMatchObject({ agent: first.agent, page: first.page, history: first.history })
  })

  test('the commented sample is right, also with every comment taken away', () => {
    const sample = readFileSync(new URL('../../../../packaging/clockwright.toml', import.meta.url), 'utf8')
    expect(problems(sample)).toEqual([])
    expect(problems(sample.replace(/^# (?=\[\[|\w+ = )/gm, ''))).toEqual([])
  })
})

describe('what is wrong is said with file, line, key and the nearest valid key', () => {
  test.each([
    [
      'a typo in a key',
      '[[source]]\naddress = "a"\n\nminpol = 4\n',
      'clockwright.toml:4: unknown key `minpol` in [[source]]; did you mean `minpoll`?',
    ],
    [
      'a typo in a table',
      '[pages]\nport = 1\n',
      'clockwright.toml:1: unknown key `pages`; did you mean `page`?',
    ],
    [
      'a key of nowhere',
      '[page]\nzebra = 1\n',
      'clockwright.toml:2: unknown key `zebra` in [page]; known are: address, port',
    ],
    [
      'a missing address',
      '[[source]]\nport = 123\n',
      'clockwright.toml:1: `address` is missing in [[source]]',
    ],
    [
      'a value out of range',
      '[[source]]\naddress = "a"\n[[source]]\naddress = "b"\nmaxpoll = 40\n',
      'clockwright.toml:5: `maxpoll` in [[source]] must be a whole number from 0 to 17',
    ],
    [
      'a value of another kind',
      '[page]\nport = "x"\n',
      'clockwright.toml:2: `port` in [page] must be a number',
    ],
    [
      'no duration',
      '[agent]\nmaxdistance = "soon"\n',
      'clockwright.toml:2: `maxdistance` in [agent] must be a duration above zero: seconds, or a text like "1.5s", "500ms", "2h10m"',
    ],
    [
      'beyond loopback',
      '[page]\naddress = "0.0.0.0"\n',
      'clockwright.toml:2: `address` in [page] must be a loopback address: 127.0.0.1 or ::1. To see the page from elsewhere, use ssh -L',
    ],
    [
      'nts',
      '[[source]]\naddress = "a"\nnts = true\n',
      'clockwright.toml:3: `nts` in [[source]] is not available yet: Network Time Security comes with a later version. Leave the key out to use this server without it',
    ],
    [
      'polls the wrong way round',
      '[[source]]\naddress = "a"\nminpoll = 12\n',
      'clockwright.toml:3: source `a`: minpoll 12 is above maxpoll 10',
    ],
    [
      'two of one name',
      '[[source]]\naddress = "a"\n[[source]]\naddress = "a"\n',
      'clockwright.toml:4: two sources are called `a` (the other: clockwright.toml:2); give one of them another `name`',
    ],
    [
      'a single table',
      '[source]\naddress = "a"\n',
      'clockwright.toml:1: `source` must be written as [[source]]',
    ],
  ])('%s', (_, text, problem) => expect(problems(text)).toEqual([problem]))

  test.each([
    [
      'a maxpoll below the minpoll that is not written',
      '[[source]]\naddress = "a"\n[[source]]\naddress = "b"\nmaxpoll = 4\n',
      'clockwright.toml:5: source `b`: minpoll 6 is above maxpoll 4',
    ],
    [
      'a name that is the address of another',
      '[[source]]\naddress = "a"\n\n[[source]]\naddress = "b"\nname = "a"\n',
      'clockwright.toml:6: two sources are called `a` (the other: clockwright.toml:2); give one of them another `name`',
    ],
    [
      'three of one name: said once',
      '[[source]]\naddress = "a"\n'.repeat(3),
      'clockwright.toml:4: two sources are called `a` (the other: clockwright.toml:2); give one of them another `name`',
    ],
    [
      'written in one line, where no line of its own is seen',
      'source = [{ address = "a", minpoll = 12 }]\n',
      'clockwright.toml: source `a`: minpoll 12 is above maxpoll 10',
    ],
  ])('what spans keys: %s', (_, text, problem) => expect(problems(text)).toEqual([problem]))

  test('what spans files: each place with its file', () => {
    mkdirSync(join(directory, 'conf.d'))
    file(
      '# more\n[[source]]\naddress = "b"\n[[source]]\naddress = "a"\nminpoll = 11\n',
      'conf.d/10-more.toml',
    )
    expect(problems('[[source]]\naddress = "a"\n')).toEqual([
      'conf.d/10-more.toml:6: source `a`: minpoll 11 is above maxpoll 10',
      'conf.d/10-more.toml:5: two sources are called `a` (the other: clockwright.toml:2); give one of them another `name`',
    ])
  })

  test('too many sources in all files together', () => {
    const many = (from: number) =>
      Array.from({ length: 40 }, (_, i) => `[[source]]\naddress = "${from + i}.example"\n`).join('')
    mkdirSync(join(directory, 'conf.d'))
    file(many(40), 'conf.d/10-more.toml')
    // The 25th of the second file is the 65th.
    expect(problems(many(0))).toEqual([
      'conf.d/10-more.toml:49: `source` may appear 64 times at most, in all files together',
    ])
  })

  test('syntax errors have line and column', () => {
    expect(problems('[page]\nport = \n')[0]).toMatch(/^clockwright\.toml:2:\d+: /)
  })

  test('everything at once', () => {
    expect(problems('[page]\nprot = 1\nport = -1\n[agnt]\n')).toHaveLength(3)
  })

  test('a file that is not there', () => {
    expect(() => loadConfig(join(directory, 'none.toml'))).toThrow('there is no such file')
  })
})

describe('hostile input gives named errors', () => {
  test.each([
    ['a name of 100 kB', `[[source]]\naddress = "${'x'.repeat(100_000)}"\n`],
    ['a key of 100 kB', `${'k'.repeat(100_000)} = 1\n`],
    ['a million lines', '#\n'.repeat(1_000_000)],
    ['deep nesting', `a = ${'['.repeat(50_000)}`],
    ['NUL', '[page]\nport\0 = 1\n'],
    ['escape sequences', '[[source]]\naddress = "\\u001b[2J"\n'],
    ['bad UTF-8', Uint8Array.of(0x5b, 0xff, 0xfe, 0x5d)],
  ])('%s', (_, text) => {
    const found = problems(text)
    expect(found.length).toBeGreaterThan(0)
    expect(found.join('')).not.toMatch(/[\u0000-\u0008\u001b]/)
    expect(found.every(each => each.length < 1000)).toBe(true)
  })

  test('a byte order mark and CRLF are fine', () => {
    expect(loadConfig(file('\uFEFF[page]\r\nport = 1\r\n')).config.page.port).toBe(1)
  })

  test('any text gives a configuration or named problems', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string({ unit: fc.constantFrom('[', ']', '=', '"', '\n', 'source', 'page', ' ', '1', '.') }),
        ),
        text => {
          expect(Array.isArray(problems(text))).toBe(true)
        },
      ),
      { numRuns: 300 },
    )
  })
})

test('every unknown key is told, not only the first of its table', () => {
  const text = '[[source]]\naddress = "x"\nminpol = 4\nmaxpol = 9\nibrst = true\n[agnt]\n[pge]\n'
  expect(() => loadConfig(file(text))).toThrow(/minpol.*maxpol.*ibrst.*agnt.*pge/s)
})

describe('what may be meant so, and will not do what was hoped, is a warning', () => {
  test('more agreeing sources asked for than there are', () => {
    const text =
      '[agent]\nminsources = 3\n[[source]]\naddress = "a"\n[[source]]\naddress = "b"\nnoselect = true\n'
    expect(loadConfig(file(text)).warnings.join()).toMatch(/minsources.* is 3, and there is only 1/)
    expect(loadConfig(file('[agent]\nminsources = 3\n')).warnings).toEqual([])
    const pool = '[agent]\nminsources = 3\n[[source]]\naddress = "a"\npool = true\n'
    expect(loadConfig(file(pool)).warnings).toEqual([])
  })

  test('nobody who could prove the clock of the host', () => {
    const text = '[[source]]\naddress = "host-clock"\n'
    expect(loadConfig(file(text)).warnings.join()).toMatch(/only source is the clock of the host/)
    expect(loadConfig(file(`${text}[[source]]\naddress = "a"\n`)).warnings).toEqual([])
  })

  test('a hook that cannot be run', () => {
    expect(loadConfig(file('[discipline]\nhook = "/no/such"\n')).warnings.join()).toMatch(/hook.*\/no\/such/)
    expect(loadConfig(file('[discipline]\nhook = "/bin/sh"\n')).warnings).toEqual([])
  })
})

test("a panic below every day's corrections is refused", () => {
  expect(() => loadConfig(file('[discipline]\npanic = "1ns"\n'))).toThrow(/panic.*0\.1 s or more/)
})
