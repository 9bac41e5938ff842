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
  const [html, svg, png, script] = ['report.html', 'clock.svg', 'clock.png', 'clock.gp'].map(name =>
    join(folder, name),
  )
  const { stdout, code } = await cli([
    ...['analyze', logs('chrony-pauses')],
    ...['--html', html!, '--svg', svg!, '--png', png!, '--gnuplot', script!],
  ])
  expect(code).toBe(2)
  for (const file of [html, svg, png, script]) expect(stdout).toContain(`wrote ${file} (`)
  const page = readFileSync(html!, 'utf8')
  expect(page).toMatch(/^<!doctype html>/)
  // Nothing in it leads anywhere else.
  expect(page).not.toMatch(/(?:src|href|action)="(?!data:,")/)
  expect(page).toMatch(/script-src &#39;sha256-|script-src 'sha256-/)
  expect(Buffer.byteLength(page)).toBeLessThan(300_000)
  expect(readFileSync(svg!, 'utf8')).toMatch(/^<svg xmlns/)
  const pixels = readFileSync(png!)
  expect([pixels.toString('latin1', 1, 4), pixels.readUInt32BE(16)]).toEqual(['PNG', 1800])
  expect(readFileSync(script!, 'utf8')).toMatch(/^# .*gnuplot -p FILE/)
})

test('beside JSON the files are not spoken of', async () => {
  const html = join(folder, 'quiet.html')
  const { stdout } = await cli(['analyze', logs('chrony-esxi'), '--json', '--html', html])
  expect(JSON.parse(stdout).hosts).toHaveLength(1)
  expect(readFileSync(html, 'utf8')).toContain('Good.')
})

test('a picture of the deviations has two charts', async () => {
  const svg = join(folder, 'deviations.svg')
  await cli(['analyze', logs('chrony-esxi'), '--plot', 'deviations', '--svg', svg])
  const text = readFileSync(svg, 'utf8')
  expect(text.match(/Steadiness of its/g)!.length).toBeGreaterThanOrEqual(2)
  expect(text).not.toMatch(/var\(/)
})

test('what a picture shows is asked for with a picture', async () => {
  const { stderr, code } = await cli(['analyze', logs('chrony-esxi'), '--plot', 'deviations'])
  expect(code).toBe(3)
  expect(stderr).toMatch(/--plot says what --svg or --png shows/)
})

test('where nothing was found the report says so, and there is no picture', async () => {
  const [html, svg] = ['nothing.html', 'nothing.svg'].map(name => join(folder, name))
  const { stdout, code } = await cli([
    'analyze',
    fileURLToPath(import.meta.url),
    '--html',
    html!,
    '--svg',
    svg!,
  ])
  expect(code).toBe(3)
  expect(readFileSync(html!, 'utf8')).toContain('No log of a time daemon was found.')
  expect(() => readFileSync(svg!)).toThrow(/ENOENT/)
  expect(stdout).toContain(`not written: ${svg}: there is too little to draw`)
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
