import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cli } from '../../../test/support/cli.ts'

const logs = (name: string) => fileURLToPath(new URL(`../../../test/vectors/logs/${name}`, import.meta.url))

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'clockwright-reports-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('the files that were asked for are written, and said; the exit code stays that of the verdict', async () => {
  const [html, svg, script] = ['report.html', 'clock.svg', 'clock.gp'].map(name => join(folder, name))
  const { stdout, code } = await cli([
    ...['analyze', logs('chrony-pauses')],
    ...['--html', html!, '--svg', svg!, '--gnuplot', script!],
  ])
  expect(code).toBe(2)
  for (const file of [html, svg, script]) expect(stdout).toContain(`wrote ${file} (`)
  const page = readFileSync(html!, 'utf8')
  expect(page).toMatch(/^<!doctype html>/)
  // Nothing in it leads anywhere else.
  expect(page).not.toMatch(/(?:src|href|action)="(?!data:,")/)
  expect(page).toMatch(/script-src &#39;sha256-|script-src 'sha256-/)
  expect(Buffer.byteLength(page)).toBeLessThan(300_000)
  expect(readFileSync(svg!, 'utf8')).toMatch(/^<svg xmlns/)
  expect(readFileSync(script!, 'utf8')).toMatch(/^# .*gnuplot -p FILE/)
})

test('beside JSON the files are not spoken of', async () => {
  const html = join(folder, 'quiet.html')
  const { stdout } = await cli(['analyze', logs('chrony-esxi'), '--json', '--html', html])
  expect(JSON.parse(stdout).hosts).toHaveLength(1)
  expect(readFileSync(html, 'utf8')).toContain('Good.')
})

test('where nothing was found the report says so, and there is no picture', async () => {
  const [html, svg] = ['nothing.html', 'nothing.svg'].map(name => join(folder, name))
  const { code } = await cli(['analyze', fileURLToPath(import.meta.url), '--html', html!, '--svg', svg!])
  expect(code).toBe(3)
  expect(readFileSync(html!, 'utf8')).toContain('No log of a time daemon was found.')
  expect(() => readFileSync(svg!)).toThrow(/ENOENT/)
})

test('a census has no report', async () => {
  const { stderr, code } = await cli([
    'analyze',
    logs('chrony-esxi'),
    '--census',
    '--svg',
    join(folder, 'x.svg'),
  ])
  expect(code).toBe(3)
  expect(stderr).toMatch(/not with --census or --versus/)
})

test('a place that cannot be written to is said in one line', async () => {
  const { stderr, code } = await cli([
    'analyze',
    logs('chrony-esxi'),
    '--html',
    join(folder, 'no/where.html'),
  ])
  expect(code).toBe(3)
  expect(stderr).toMatch(/^clockwright: ENOENT.*where\.html/)
})
