/** What is published works: packed, installed elsewhere without the sources, and run by whatever Node is there. */
import { execFile, execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { version } from '#apps/version.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const run = promisify(execFile)
let elsewhere: string
let installed: string

beforeAll(async () => {
  elsewhere = mkdtempSync(join(tmpdir(), 'clockwright-package-'))
  await run('npm', ['pack', '--pack-destination', elsewhere], { cwd: ROOT })
  const archive = readdirSync(elsewhere).find(name => name.endsWith('.tgz'))!
  writeFileSync(join(elsewhere, 'package.json'), '{"private": true}')
  await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', `./${archive}`], {
    cwd: elsewhere,
  })
  installed = join(elsewhere, 'node_modules', 'clockwright')
}, 300_000)

afterAll(() => rmSync(elsewhere, { recursive: true, force: true }))

test('npx clockwright --help', async () => {
  const { stdout } = await run('npx', ['--no-install', 'clockwright', '--help'], { cwd: elsewhere })
  expect(stdout).toContain('clockwright query pool.ntp.org')
})

test('it is JavaScript, with the page built, and knows its version', async () => {
  expect(existsSync(join(installed, 'src'))).toBe(false)
  expect(existsSync(join(installed, 'dist/web/page.js'))).toBe(true)
  expect(
    readFileSync(join(installed, 'dist/clockwright.js'), 'utf8').startsWith('#!/usr/bin/env node\n'),
  ).toBe(true)
  const { stdout } = await run(join(elsewhere, 'node_modules/.bin/clockwright'), ['--version'])
  expect(stdout.trim()).toBe(version)
})

test('it needs koffi and nothing else, so nobody else has a say in which Node may run it', () => {
  const packages = Object.keys(
    JSON.parse(readFileSync(join(elsewhere, 'package-lock.json'), 'utf8')).packages,
  ).map(path => path.replace('node_modules/', ''))
  const others = packages.filter(name => !['', 'clockwright', 'koffi'].includes(name))
  // koffi's own, with its compiled library for each platform.
  expect(others.filter(name => !name.startsWith('@koromix/'))).toEqual([])
})

test('a report is written from it, with its script and style, and a picture with its engine and font', async () => {
  const log = join(elsewhere, 'loopstats')
  const rows = Array.from(
    { length: 20 },
    (_, i) => `61300 ${i * 64}.000 0.0000${10 + i} 12.345 0.000001 0.001 6\n`,
  )
  writeFileSync(log, rows.join(''))
  const report = join(elsewhere, 'report.html')
  const picture = join(elsewhere, 'offset.png')
  await run('npx', ['--no-install', 'clockwright', 'analyze', log, '--html', report, '--png', picture], {
    cwd: elsewhere,
  })
  const html = readFileSync(report, 'utf8')
  expect(html).toContain('uplot')
  expect(html).toMatch(/<style>[^<]{5000,}<\/style>/)
  expect(html.length).toBeGreaterThan(60_000)
  expect(readFileSync(picture).subarray(1, 4).toString()).toBe('PNG')
})

/** The pinned one, and that of the machine: Node 20 has no zstd of its own. */
const NODES = [process.execPath, '/usr/bin/node'].filter(path => existsSync(path))

test.each(NODES)('packed logs are read by %s', async node => {
  const rows = Array.from(
    { length: 20 },
    (_, row) => `61300 ${64 * (row + 1)}.000 0.000010 12.345 0.000001 0.001 6\n`,
  ).join('')
  for (const [name, pack] of [
    ['packed.gz', gzipSync],
    ['packed.zst', zstdCompressSync],
  ] as const) {
    const packed = join(elsewhere, name)
    writeFileSync(packed, pack(rows))
    const { stdout } = await run(node, [join(installed, 'dist/clockwright.js'), 'analyze', packed, '--json'])
    expect(JSON.parse(stdout).files).toMatchObject([{ lines: 20, notUnderstood: { count: 0 } }])
  }
})

test('what is bundled is named with its terms', () => {
  const terms = readFileSync(join(installed, 'dist/THIRD-PARTY.txt'), 'utf8')
  for (const name of ['commander', 'preact', 'smol-toml', 'uplot', 'valibot'])
    expect(terms).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+\n\n[^]*?Copyright`, 'm'))
  // Files that are no code, but carried, too.
  expect(terms).toMatch(/^@resvg\/resvg-wasm 2\.6\.2\n\nMPL-2\.0\. Source: \S+/m)
  expect(terms).toMatch(/^dejavu-fonts-ttf 2\.37\.3\n\n/m)
})

test('the agent loads no parser when it starts', () => {
  const loaded = new Map<string, string>()
  const load = (path: string): void => {
    if (loaded.has(path)) return
    loaded.set(path, readFileSync(path, 'utf8'))
    for (const [, chunk] of loaded.get(path)!.matchAll(/^(?:\} from|import) "(\.[^"]+)";$/gm))
      load(join(dirname(path), chunk!))
  }
  load(join(installed, 'dist/agent.js'))
  expect(loaded.size).toBeGreaterThan(1)
  const code = [...loaded.values()].join('')
  expect(code).toContain('/api/status')
  expect(code).not.toMatch(/CommanderError|TomlError|toJsonSchema|configSchema/)
})

test('the agent runs from it and serves its page', async () => {
  const config = join(elsewhere, 'clockwright.toml')
  writeFileSync(config, '[[source]]\naddress = "127.0.0.1"\nport = 9\n')
  const node = process.execPath
  const child = execFile(
    node,
    [
      join(installed, 'dist/clockwright.js'),
      'run',
      '-f',
      config,
      '-p',
      '0',
      '--history',
      join(elsewhere, 'history.db'),
    ],
    {
      env: { ...process.env, XDG_RUNTIME_DIR: elsewhere },
    },
  )
  try {
    let said = ''
    child.stdout!.on('data', text => {
      said += text
    })
    const url = await new Promise<string>((found, failed) => {
      child.once('exit', code => failed(new Error(`it ended with ${code}: ${said}`)))
      child.stdout!.on('data', () => {
        const match = /page +(http:\S+)/.exec(said)
        if (match) found(match[1]!)
      })
    })
    const page = await fetch(url)
    expect(page.status).toBe(200)
    expect(await page.text()).toContain('page.js')
    expect((await fetch(new URL('page.js', url))).status).toBe(200)
    expect(await (await fetch(new URL('api/status', url))).json()).toMatchObject({ version })
  } finally {
    child.kill('SIGTERM')
  }
  const code = await new Promise(done => child.once('exit', done))
  expect(code).toBe(0)
})

test('the lock file names no registry', () => {
  expect(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).not.toContain('"resolved"')
})

test('an ordinary Node 20 can print the help too', () => {
  const system = ['/usr/local/bin/node', '/usr/bin/node'].find(existsSync)
  if (!system) return
  expect(
    execFileSync(system, [join(installed, 'dist/clockwright.js'), '--help'], { encoding: 'utf8' }),
  ).toContain('query')
})
