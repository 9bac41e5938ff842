/** The rules of the house, held by a test so that nobody needs to remember them. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const SRC = join(ROOT, 'src')

/** From the top floor to the ground; an import goes down, or stays in its room. */
const FLOORS: readonly (readonly string[])[] = [
  ['apps'],
  ['report'],
  ['lab', 'diagnosis'],
  ['worlds', 'analysis', 'dialects'],
  ['core'],
]
const CORE_FLOORS: readonly (readonly string[])[] = [
  ['agent'],
  ['guest'],
  ['discipline', 'ntp', 'trace'],
  ['time'],
  ['number'],
]

/** Files that may know of Node and of the machine. */
const EDGE = [/^apps\//, /^worlds\/host\//, /^worlds\/clknetsim\//, /^worlds\/libc\.ts$/]
/** Packages without side effects, which pure rooms may use too. */
const PURE_PACKAGES = [
  'valibot',
  'smol-toml',
  'fast-xml-parser',
  /^pure-rand(\/|$)/,
  'simple-statistics',
  'fft.js',
]

/** What runs in a simulation. IEEE 754 leaves these functions to each engine; core/number has them. */
const SAME_NUMBERS = [/^core\/(agent|guest|discipline|ntp|time)\//, /^worlds\/simulated\//, /^lab\/models\//]
const INEXACT = /^Math\.(exp|expm1|log|log1p|log2|log10|pow|cbrt|hypot|a?(sin|cos|tan)h?|atan2)$/

interface Source {
  readonly path: string
  readonly text: string
  readonly imports: readonly string[]
}

const sources: readonly Source[] = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter(name => /\.tsx?$/.test(name) && !name.endsWith('.d.ts'))
  .map(name => {
    const text = readFileSync(join(SRC, name), 'utf8')
    return { path: name.split(sep).join('/'), text, imports: importsOf(text) }
  })

function importsOf(text: string): string[] {
  const found = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\b[^'"`;]*?\bfrom\s+'([^']+)'|\bimport\(\s*'([^']+)'\s*\)|(?:^|\n)import\s+'([^']+)'/g,
  )
  return [...found].map(match => match[1] ?? match[2] ?? match[3]!)
}

const isTest = ({ path }: Source) => path.endsWith('.test.ts') || path === 'apps/daemon/history/samples.ts'
const isEdge = ({ path }: Source) => EDGE.some(room => room.test(path))
const production = sources.filter(source => !isTest(source))

/** The path below src that an import leads to; undefined for packages. */
function target(source: Source, specifier: string): string | undefined {
  if (specifier.startsWith('#')) return specifier.slice(1)
  if (!specifier.startsWith('.')) return undefined
  return relative(SRC, join(SRC, source.path, '..', specifier))
    .split(sep)
    .join('/')
}

const floorOf = (path: string, floors: readonly (readonly string[])[], depth: number): number =>
  floors.findIndex(rooms => rooms.includes(path.split('/')[depth]!))

test('the sources were found', () => expect(production.length).toBeGreaterThan(80))

describe.each(production.map(source => [source.path, source] as const))('%s', (path, source) => {
  test('imports only downwards', () => {
    for (const specifier of source.imports) {
      const to = target(source, specifier)
      if (to === undefined || to.startsWith('..')) continue
      const [here, there] = [floorOf(path, FLOORS, 0), floorOf(to, FLOORS, 0)]
      const sameRoom = path.split('/')[0] === to.split('/')[0]
      expect(here < there || sameRoom, `${path} imports ${to}`).toBe(true)
      if (path.startsWith('core/') && to.startsWith('core/')) {
        const [inner, below] = [floorOf(path, CORE_FLOORS, 1), floorOf(to, CORE_FLOORS, 1)]
        expect(inner < below || path.split('/')[1] === to.split('/')[1], `${path} imports ${to}`).toBe(true)
      }
    }
  })

  test('names another room by #, its own folder by a dot, and the file that makes the thing', () => {
    for (const specifier of source.imports) {
      if (specifier.startsWith('.')) {
        const to = target(source, specifier)!
        if (to.startsWith('..')) continue
        expect(to.split('/')[0], `${path} imports ${specifier}`).toBe(path.split('/')[0])
      }
      if (specifier.startsWith('#') || specifier.startsWith('.')) expect(specifier).toMatch(/\.(tsx?|css)$/)
    }
  })

  test('knows of Node and of the machine only at the edge', () => {
    if (isEdge(source)) return
    for (const specifier of source.imports) {
      if (specifier.startsWith('#') || specifier.startsWith('.')) continue
      expect(
        PURE_PACKAGES.some(known =>
          typeof known === 'string' ? known === specifier : known.test(specifier),
        ),
        specifier,
      ).toBe(true)
    }
    const code = source.text
      .replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '')
      .replace(/'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/g, "''")
    expect(code).not.toMatch(
      /\bDate\b|\bMath\.random\b|\bperformance\b|\bsetTimeout\b|\bsetInterval\b|\bPromise\b|\basync\b|\bprocess\b|\bBuffer\b/,
    )
  })

  test('has the same numbers on every engine, where simulations take part', () => {
    if (!SAME_NUMBERS.some(room => room.test(path))) return
    const functions = source.text.match(/\bMath\.(\w+)/g) ?? []
    expect(functions.filter(name => INEXACT.test(name))).toEqual([])
    expect(source.text).not.toMatch(/[\w)] \*\* (?:-\d|\d+\.\d)/)
  })

  test('runs on Node 20, too, unless it is for a browser', () => {
    if (path.startsWith('apps/web/page/')) return
    expect(source.text).not.toMatch(/\b(?:(?:Map|Object)\.groupBy|Promise\.withResolvers|Array\.fromAsync)\(/)
  })

  test('opens with what it is for', () => {
    if (path.endsWith('.css.d.ts')) return
    expect(
      source.text.trimStart().startsWith('/*') || source.text.startsWith('#!'),
      'a file begins with a comment that says what it is for',
    ).toBe(true)
  })

  test('hides nothing unfinished', () => {
    expect(source.text).not.toMatch(/\b(TODO|FIXME|XXX|PLACEHOLDER)\b|not implemented/i)
  })
})

test('only libc.ts calls C', () => {
  const callers = production.filter(({ text }) => /'koffi'/.test(text)).map(({ path }) => path)
  expect(callers).toEqual(['worlds/libc.ts'])
})

test('one call can set the clock, and it is bound behind the guard', () => {
  const libc = sources.find(({ path }) => path === 'worlds/libc.ts')!
  expect(libc.text).not.toMatch(/clock_settime|settimeofday|\bstime\b/)
  expect(libc.text.match(/'clock_adjtime'/g)).toHaveLength(1)
  expect(libc.text).toMatch(/allowSteering\(\) \{\s+if \(steeringForbidden\(\)\)\s+throw/)
  const setters = production.filter(({ text }) => /\.allowSteering\(/.test(text)).map(({ path }) => path)
  expect(setters).toEqual(['worlds/host/helm.ts'])
})
