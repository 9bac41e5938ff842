/**
 * The same scenario, player and seed give the same bytes in a browser, and on another version of Node: stories of every kind of
 * oscillator, network and hypervisor, with every kind of player.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readScenario } from '#apps/lab/scenario-file.ts'
import type { Job } from '#lab/play.ts'
import { knownPlayer } from '#lab/players/known.ts'
import { playersOf } from '#lab/players/of-scenario.ts'
import { fingerprints } from './fingerprints.ts'

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'
const OTHER_NODE = process.env.OTHER_NODE ?? '/usr/bin/node'

const STORIES: readonly (readonly [scenario: string, player: string])[] = [
  ['pause-30s', 'clockwright'],
  ['growing-oscillation', 'ntpd-4.2.6'],
  ['heavy-tail', 'chrony-debian'],
  ['lost-ticks', 'ntpd-q-loop'],
  ['live-migration', 'ntpsec'],
  ['laptop-sleep', 'timesyncd'],
  ['bad-reference', 'ntpd-rs'],
  ['two-falsetickers', 'openntpd'],
  ['slow-cpu', 'chrony-debian'],
  ['overcommitted-host', 'timekeeper'],
  ['xen-migration', 'none'],
  ['spurious-source', 'ntpd 4.2.8, hearing'],
]

const JOBS: readonly Job[] = STORIES.map(([name, player], i) => {
  const { scenario } = readScenario(name)
  const addresses = scenario.server.map(({ address }) => address)
  const story = {
    ...scenario,
    duration: Math.min(scenario.duration, 6 * 3600),
    judged: { clock: 'system' as const },
  }
  return {
    scenario: { ...story, event: story.event.filter(({ at }) => at < story.duration) },
    player: knownPlayer(player, addresses) ?? playersOf(scenario).find(({ name }) => name === player)!,
    seed: i + 1,
  }
})

const folder = mkdtempSync(join(tmpdir(), 'clockwright-same-bytes-'))
let here: readonly string[]

async function bundle(platform: 'browser' | 'node', contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname, loader: 'ts' },
    bundle: true,
    write: false,
    format: 'iife',
    target: platform === 'node' ? 'node20' : 'chrome110',
    platform,
  })
  return outputFiles[0]!.text
}

beforeAll(() => {
  here = fingerprints(JOBS)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('each of them is another run', () => {
  expect(new Set(here).size).toBe(JOBS.length)
})

describe.skipIf(!existsSync(CHROMIUM))('in a browser', () => {
  test('the same bytes', async () => {
    const script = await bundle(
      'browser',
      `import { fingerprints } from './fingerprints.ts'\nglobalThis.fingerprints = fingerprints`,
    )
    const browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ['--headless', '--no-sandbox', '--disable-gpu'],
    })
    try {
      const tab = await browser.newPage()
      await tab.addScriptTag({ content: script })
      const there = await tab.evaluate(
        jobs => (globalThis as unknown as { fingerprints: typeof fingerprints }).fingerprints(jobs),
        JOBS,
      )
      expect(there).toEqual(here)
    } finally {
      await browser.close()
    }
  })
})

const version = existsSync(OTHER_NODE)
  ? execFileSync(OTHER_NODE, ['--version'], { encoding: 'utf8' }).trim()
  : ''

describe.skipIf(version === '' || version === process.version)(`on Node ${version}`, () => {
  test('the same bytes', async () => {
    const script = join(folder, 'fingerprints.cjs')
    const contents = `import { fingerprints } from './fingerprints.ts'\nconsole.log(JSON.stringify(fingerprints(${JSON.stringify(JOBS)})))`
    writeFileSync(script, await bundle('node', contents))
    expect(JSON.parse(execFileSync(OTHER_NODE, [script], { encoding: 'utf8' }))).toEqual(here)
  })
})
