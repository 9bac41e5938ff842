/** The pages are held to the code: links lead somewhere, and what a reference lists is what there is. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { loadConfig } from '#apps/daemon/config/load.ts'
import { configSchema } from '#apps/daemon/config/schema.ts'
import { keysAt } from '#apps/toml/explain.ts'
import { API } from '#apps/web/api.ts'
import { SOURCE_REASONS } from '#core/agent/reason.ts'
import { PACKET_REFUSALS } from '#core/ntp/refusal.ts'
import { REQUEST_REFUSALS } from '#core/ntp/reply.ts'
import { FINDINGS } from '#diagnosis/finding.ts'
import { STATES } from '#report/words/states.ts'
import { cli } from '../support/cli.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
const pagesIn = (folder: string, recursive: boolean): string[] =>
  readdirSync(join(ROOT, folder), { recursive, encoding: 'utf8' })
    .filter(name => name.endsWith('.md'))
    .map(name => join(folder, name))
const PAGES = [...pagesIn('.', false), ...pagesIn('docs', true)].sort()

/** Without what is quoted from a program. */
const prose = (text: string): string => text.replace(/^```[\s\S]*?^```/gm, '')

/** The first cells of the rows of the tables in a text: names in backquotes. */
const namesInTables = (text: string): string[] =>
  [...text.matchAll(/^\| (`[^|]+?) \|/gm)].flatMap(([, cell]) =>
    [...cell!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!),
  )

/** What stands below a heading, up to the next one of its level. */
function section(text: string, heading: string): string {
  const [, after = ''] = text.split(`\n${heading}\n`)
  const level = heading.slice(0, heading.indexOf(' ') + 1)
  return after.split(`\n${level}`)[0]!
}

describe('links', () => {
  /** As GitHub makes them. */
  const anchorOf = (heading: string): string =>
    heading
      .trim()
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-')
  const anchorsIn = (text: string): string[] => [
    ...[...prose(text).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchorOf(heading!)),
    ...[...text.matchAll(/<a id="([^"]+)">/g)].map(([, id]) => id!),
  ]

  test.each(PAGES)('%s leads to what there is', page => {
    for (const [, target] of prose(read(page)).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target!)) continue
      const [path, anchor] = target!.split('#') as [string, string?]
      const to = path === '' ? page : join(dirname(page), path)
      expect(existsSync(join(ROOT, to)), `${page} links to ${target}`).toBe(true)
      if (anchor !== undefined) expect(anchorsIn(read(to)), `${page} links to ${target}`).toContain(anchor)
    }
  })

  test('every page below docs is reached from its index', () => {
    const index = read('docs/README.md')
    for (const page of pagesIn('docs', true)) {
      if (page !== 'docs/README.md') expect(index).toContain(`](${page.slice('docs/'.length)})`)
    }
  })

  test.each(['docs/reference/coverage.md', 'docs/design/architecture.md', 'CONTRIBUTING.md'])(
    'files that %s names are there',
    page => {
      for (const [, path] of read(page).matchAll(/`((?:src|test|packaging|tools)\/[\w./-]+)`/g))
        expect(existsSync(join(ROOT, path!)), `${page} names ${path}`).toBe(true)
    },
  )
})

test.each(PAGES)('%s knows nothing of the machine it was written on', page => {
  expect(read(page)).not.toMatch(/\/work\/|\/tmp\/\w|\/root\/|registry\.\w/)
})

describe('docs/reference/config.md', () => {
  const page = read('docs/reference/config.md')
  const tables = keysAt(configSchema, [])

  test('has each table, and no other', () => {
    const headings = [...page.matchAll(/^## `\[+(\w+)\]+`$/gm)].map(([, name]) => name)
    expect(headings.sort()).toEqual([...tables].sort())
  })

  test.each(tables)('[%s]: each key with what the schema says of it, and no other', table => {
    const heading = table === 'source' ? '## `[[source]]`' : `## \`[${table}]\``
    const text = section(page, heading)
    const keys = keysAt(configSchema, table === 'source' ? [table, 0] : [table])
    expect(namesInTables(text.replace(/^(\| `\w+` \|).*$/gm, '$1'))).toEqual(keys)
    const entries = entriesOf(table)
    for (const key of keys) {
      const row = text.split('\n').find(line => line.startsWith(`| \`${key}\` |`))!
      expect(row).toContain(`| ${v.getDescription(entries[key] as never)} |`)
      const usual = defaultOf(entries[key])
      if (usual !== undefined) expect(row).toContain(`| \`${JSON.stringify(usual)}\` |`)
    }
  })

  interface Inside {
    entries?: Record<string, Inside>
    item?: Inside
    wrapped?: Inside
    pipe?: readonly Inside[]
    default?: unknown
  }

  function entriesOf(table: string): Record<string, Inside> {
    let here = (configSchema as Inside).entries![table]!
    while (!here.entries) here = here.item ?? here.wrapped ?? here.pipe![0]!
    return here.entries
  }

  function defaultOf(schema: Inside | undefined): unknown {
    for (let here = schema; here; here = here.wrapped ?? here.pipe?.[0])
      if (here.default !== undefined) return here.default
    return undefined
  }

  test.each([
    'docs/reference/config.md',
    'docs/guide/choose-sources.md',
    'docs/guide/serve-time.md',
    'docs/tutorial/first-look.md',
  ])('the examples of %s are right', async path => {
    const { mkdtempSync, rmSync, writeFileSync } = await import('node:fs')
    const { tmpdir } = await import('node:os')
    const folder = mkdtempSync(join(tmpdir(), 'clockwright-docs-'))
    try {
      const examples = [...read(path).matchAll(/^```toml\n([\s\S]*?)^```/gm)]
      expect(examples.length).toBeGreaterThan(0)
      for (const [i, [, example]] of examples.entries()) {
        const file = join(folder, `${i}.toml`)
        writeFileSync(file, example!)
        expect(loadConfig(file).config.source.length).toBeGreaterThan(0)
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})

describe('docs/reference/refusals.md', () => {
  const page = read('docs/reference/refusals.md')
  const rows = (heading: string): Record<string, string> =>
    Object.fromEntries(
      [...section(page, heading).matchAll(/^\| `([\w-]+)` \| (.+) \|$/gm)].map(([, name, text]) => [
        name,
        text,
      ]),
    )

  test('has each packet test with its sentence, and no other', () =>
    expect(rows('## Why a packet is refused')).toEqual(PACKET_REFUSALS))
  test('has each reason why a request is not answered, and no other', () =>
    expect(rows('## Why a request is not answered')).toEqual(REQUEST_REFUSALS))
  test('has each reason with its sentence, and no other', () =>
    expect(rows('## Why a source is used, or not')).toEqual(SOURCE_REASONS))
  test('has each state, and no other', () =>
    expect(Object.keys(rows('## States of a source')).sort()).toEqual(Object.keys(STATES).sort()))
})

describe('docs/reference/findings.md', () => {
  test('has each finding with its sentence, in order, and no other', () => {
    const rows = [...read('docs/reference/findings.md').matchAll(/^\| `([\w-]+)` \| (.+) \|$/gm)]
    expect(Object.fromEntries(rows.map(([, name, text]) => [name, text]))).toEqual(FINDINGS)
    expect(rows.map(([, name]) => name)).toEqual(Object.keys(FINDINGS))
  })
})

describe('docs/reference/commands.md', async () => {
  const page = read('docs/reference/commands.md')
  const help = async (...words: string[]): Promise<string> => (await cli([...words, '--help'])).stdout
  const commandsIn = (text: string): string[] =>
    [...(text.split('\nCommands:\n')[1] ?? '').split('\n\n')[0]!.matchAll(/^ {2}([\w-]+)/gm)]
      .map(([, name]) => name!)
      .filter(name => name !== 'help')
  const optionsIn = (text: string): string[] =>
    (text.split('\nOptions:\n')[1] ?? '')
      .split('\n\n')[0]!
      .split('\n')
      .flatMap(line => [...(/^ {2}(-.*?)(?: {2}|$)/.exec(line)?.[1] ?? '').matchAll(/--?[\w-]+/g)])
      .map(([option]) => option)
      .filter(option => option !== '-h' && option !== '--help')

  const commands: string[] = []
  for (const name of commandsIn(await help())) {
    const below = commandsIn(await help(name))
    // A command with others below it is one itself when it has options.
    if (below.length === 0 || optionsIn(await help(name!)).length > 0) commands.push(name!)
    commands.push(...below.map(each => `${name} ${each}`))
  }

  test('has a section for each command, and no other', () => {
    const sections = [...page.matchAll(/^## `clockwright ([\w -]+)`$/gm)].map(([, name]) => name)
    expect(sections).toEqual(commands)
  })

  test.each(commands)('%s: each option, and no other', async name => {
    const documented = namesInTables(section(page, `## \`clockwright ${name}\``)).filter(each =>
      each.startsWith('-'),
    )
    expect(documented.sort()).toEqual(optionsIn(await help(...name.split(' '))).sort())
  })

  test('has each path of the API', () => {
    for (const path of [...Object.keys(API), '/api/stream']) expect(page).toContain(`| \`${path}\` |`)
  })
})

describe('docs/reference/coverage.md', () => {
  const page = read('docs/reference/coverage.md')
  const rows = [...page.matchAll(/^\| (\d)-(\d\d) \| .+ \| `(done|partly|not yet)` \| .+ \|$/gm)]

  test('has the 139 rows, each once and in order', () => {
    const most = [33, 38, 15, 19, 34]
    const expected = most.flatMap((count, report) =>
      Array.from({ length: count }, (_, i) => `${report}-${String(i + 1).padStart(2, '0')}`),
    )
    expect(rows.map(([, report, number]) => `${report}-${number}`)).toEqual(expected)
    expect(rows).toHaveLength(139)
  })

  test('counts them right', () => {
    const count = (of: (row: RegExpExecArray) => boolean) => rows.filter(of).length
    const states = (of: (row: RegExpExecArray) => boolean) =>
      ['done', 'partly', 'not yet'].map(state => count(row => of(row) && row[3] === state)).join(' | ')
    for (const report of ['0', '1', '2', '3', '4'])
      expect(page).toContain(`| 00${report} | ${states(row => row[1] === report)} |`)
    expect(page).toContain(`| all | ${states(() => true)} | 139 |`)
  })

  test('what is done or partly done says where', () => {
    for (const [row, , , state] of rows) if (state !== 'not yet') expect(row).not.toMatch(/\| – \|$/)
  })
})
