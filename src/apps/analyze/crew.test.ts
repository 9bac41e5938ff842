import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import type { Piece } from '#core/trace/series.ts'
import { SourceTable } from '#dialects/log/source-table.ts'
import { readInThreads } from './crew.ts'
import type { StretchRead } from './stretch.ts'
import { readHere, type Taker, type Task } from './task.ts'

const folder = mkdtempSync(join(tmpdir(), 'clockwright-crew-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const FORMAT = 'ntpd peerstats'
const row = (i: number) =>
  `61000 ${(16 * i).toFixed(3)} 192.0.2.${(i * 7) % 5} 9414 ${(i * 1e-6).toFixed(9)} 0.002100000 0.001000000 0.000100000\n`
const rows = (count: number, from = 0) => Array.from({ length: count }, (_, i) => row(from + i)).join('')

/** Writes down all that it is told, as if by one reader. */
class Book implements Taker {
  readonly file = 3
  readonly sources = new SourceTable()
  readonly told: unknown[] = []
  lines = 0
  bytes = 0
  ended = false
  notUnderstood: readonly { readonly line: number; readonly text: string }[] = []

  tell(piece: Piece): void {
    if (piece.kind !== 'samples') return void this.told.push(piece)
    for (let i = 0; i < piece.rows; i++)
      this.told.push([
        piece.file,
        piece.at[i],
        piece.line[i],
        this.sources.names[piece.source[i]!],
        piece.offset[i],
        piece.delay[i],
      ])
  }

  paced(): void {}

  read({ lines, bytes, toEnd, notUnderstood }: StretchRead): void {
    this.notUnderstood = notUnderstood.first.map(({ line, text }) => ({ line: line + this.lines, text }))
    this.lines += lines
    this.bytes += bytes
    this.ended = toEnd
  }
}

function write(text: string): string {
  const path = join(folder, 'log')
  writeFileSync(path, text)
  return path
}

function tasks(path: string, into: Taker, borders: readonly number[]): Task[] {
  const places = [0, ...borders, Number.POSITIVE_INFINITY]
  return places.slice(1).map((to, i) => ({
    stretch: () => ({
      path,
      limit: 1e9,
      from: places[i]!,
      to,
      format: FORMAT,
      baseDay: 20_413,
      nearDay: 20_413,
      census: false,
    }),
    last: false,
    held: 1,
    into,
  }))
}

/** Each stretch by itself, and what was told put together as a file puts it together. */
async function readApart(path: string, borders: readonly number[]): Promise<Book> {
  const book = new Book()
  const told: Book['told'] = []
  for (const task of tasks(path, book, borders)) {
    if (book.ended) break
    const before = book.lines
    const one = new Book()
    await readHere([{ ...task, into: one }], undefined)
    told.push(
      ...one.told.map(each => (Array.isArray(each) ? each.with(2, (each[2] as number) + before) : each)),
    )
    book.read({
      lines: one.lines,
      bytes: one.bytes,
      formats: new Map(),
      notUnderstood: { count: one.notUnderstood.length, first: one.notUnderstood },
      toEnd: one.ended,
      failure: undefined,
    })
  }
  book.told.push(...told)
  return book
}

async function readWhole(path: string): Promise<Book> {
  const book = new Book()
  await readHere(tasks(path, book, []), undefined)
  return book
}

test('a log that is cut anywhere is read as if it were whole', async () => {
  const strange = fc.constantFrom(
    '',
    '',
    '',
    'no line of a log\n',
    '\n',
    '61000 12.',
    `${'x'.repeat(3000)}\n`,
  )
  await fc.assert(
    fc.asyncProperty(
      fc.nat(12),
      strange,
      fc.nat(12),
      fc.array(fc.nat(2500), { maxLength: 6 }),
      async (before, torn, after, cuts) => {
        const path = write(`${rows(before + 1)}${torn}${rows(after, before + 1)}`)
        const borders = [...new Set(cuts.filter(cut => cut > 0))].sort((a, b) => a - b)
        const [whole, apart] = [await readWhole(path), await readApart(path, borders)]
        expect(apart.told).toEqual(whole.told)
        expect(apart.lines).toBe(whole.lines)
        expect(apart.bytes).toBe(whole.bytes)
        expect(apart.notUnderstood).toEqual(whole.notUnderstood)
      },
    ),
    { numRuns: 150 },
  )
})

test.each([
  ['all of one format', rows(9000)],
  ['with a torn line in the midst', `${rows(4000)}61000 6\n${rows(5000, 4000)}`],
])('threads tell the same as one reader: %s', async (_, text) => {
  const path = write(text)
  const borders = Array.from({ length: 11 }, (_, i) => Math.floor(((i + 1) * text.length) / 12))
  const [whole, many] = [await readWhole(path), new Book()]
  await readInThreads(tasks(path, many, borders), undefined)
  expect(many.ended).toBe(true)
  expect(many.told).toEqual(whole.told)
  expect(many.sources.names).toEqual(whole.sources.names)
  expect([many.lines, many.bytes]).toEqual([whole.lines, whole.bytes])
  expect(many.notUnderstood).toEqual(whole.notUnderstood)
})

test('an interrupt ends the threads', async () => {
  const path = write(rows(100))
  const interrupted = new AbortController()
  const reading = readInThreads(tasks(path, new Book(), [1000, 2000, 3000]), interrupted.signal)
  interrupted.abort(new Error('enough'))
  await expect(reading).rejects.toThrow('enough')
})
