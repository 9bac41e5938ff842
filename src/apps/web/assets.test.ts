/** The files of the page, as the package will have them. */
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Assets, assetsIn } from './assets.ts'
import { bundlePage } from './bundle.ts'

let directory: string
let assets: Assets
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'clockwright-page-'))
  await bundlePage(join(directory, 'web'))
  assets = assetsIn(async () => join(directory, 'web'))
})
afterAll(() => rm(directory, { recursive: true }))

test('the bundle is what is served, each also zipped, the script of reports, and nothing else', async () => {
  const names = [
    ...['favicon.svg', 'index.html', 'lab-worker.js', 'logs-worker.js'],
    ...['page.css', 'page.js', 'report.css', 'stories.json'],
  ]
  expect((await readdir(join(directory, 'web'))).sort()).toEqual(
    [...names.flatMap(name => [name, `${name}.gz`]), 'report.js'].sort(),
  )
  expect(await readdir(directory)).toEqual(['web'])
})

test('zipped for whom understands it, plain for others, the same inside', async () => {
  const plain = await assets.find('/page.js', {})
  const zipped = await assets.find('/page.js', { 'accept-encoding': 'br, gzip' })
  expect(plain?.headers?.['Content-Encoding']).toBeUndefined()
  expect(zipped?.headers?.['Content-Encoding']).toBe('gzip')
  expect(gunzipSync(zipped!.body!).equals(Buffer.from(plain!.body!))).toBe(true)
})

test('asked again, it says that nothing has changed', async () => {
  const first = await assets.find('/page.css', {})
  const again = await assets.find('/page.css', { 'if-none-match': first!.headers!.ETag! })
  expect([again?.status, again?.body]).toEqual([304, undefined])
})

test('the script asks nothing of anybody else, and makes no markup of text', async () => {
  const script = Buffer.from((await assets.find('/page.js', {}))!.body!).toString()
  // Names of XML vocabularies are no addresses to ask.
  expect(script.replaceAll(/http:\/\/www\.w3\.org\/\w+\/[\w/]+/g, '')).not.toMatch(/https?:\/\/[a-z]/)
  expect(script).not.toMatch(/document\.write|\beval\(|new Function/)
})

test('what is not in the map is not there', async () => {
  for (const path of ['/page.js.gz', '/../web/page.js', '/toString', ''])
    expect(await assets.find(path, {})).toBeUndefined()
})
