/**
 * A browser to look with: the distribution's chromium, without network of its own. A page that writes an error on its
 * console, breaks its own security policy, or asks anything of another host fails the test that opened it.
 */
import { existsSync } from 'node:fs'
import { type Browser, type BrowserContextOptions, chromium, type Page as Tab } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, vi } from 'vitest'
import type { Check } from '#apps/web/checks.ts'
import { openPage, type Page } from '#apps/web/server.ts'
import { type ExampleOptions, type ExampleWatched, exampleWatched } from './support.ts'

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'
const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export const DESKTOP = { width: 1280, height: 900 }
export const PHONE = { width: 375, height: 812 }
export const WIDTHS = [
  ['desktop', DESKTOP],
  ['phone', PHONE],
] as const

// A page is loaded and looked at, on a machine that has other things to do.
vi.setConfig({ testTimeout: 30_000 })

const absent = !existsSync(CHROMIUM) && !process.env.CI
if (absent)
  console.warn(`Skipped: there is no browser at ${CHROMIUM} (apt-get install chromium, or set CHROMIUM).`)

export interface Opened {
  readonly tab: Tab
  readonly watched: ExampleWatched
  readonly page: Page
}

export interface TabOptions {
  readonly size?: { readonly width: number; readonly height: number }
  readonly scheme?: 'light' | 'dark'
  readonly context?: BrowserContextOptions
  /** Complaints that are expected. */
  readonly forgive?: RegExp
}

export interface OpenOptions extends ExampleOptions, TabOptions {
  /** What is found on the machine. */
  readonly check?: Check
}

export interface Browsing {
  /** An empty tab that may ask for what begins with one of these, and for nothing else. */
  tab(allowed: readonly string[], options?: TabOptions): Promise<Tab>
  /** At the end of the test. */
  closeLater(close: () => Promise<unknown>): void
  complain(text: string): void
}

/** Tests with a browser. */
export function withBrowser(name: string, tests: (browsing: Browsing) => void) {
  describe.skipIf(absent)(name, () => {
    let browser: Browser
    const closing: (() => Promise<unknown>)[] = []
    const complaints: string[] = []

    beforeAll(async () => {
      browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS })
    }, 60_000)
    afterEach(async () => {
      for (const close of closing.splice(0).reverse()) await close()
      expect(complaints.splice(0)).toEqual([])
    })
    afterAll(() => browser?.close())

    tests({
      async tab(allowed, { size = DESKTOP, scheme = 'light', context: more = {}, forgive } = {}) {
        const context = await browser.newContext({ viewport: size, colorScheme: scheme, ...more })
        closing.push(() => context.close())
        const tab = await context.newPage()
        tab.on('console', message => {
          if (forgive?.test(message.text())) return
          if (['error', 'warning'].includes(message.type())) complaints.push(`console: ${message.text()}`)
        })
        tab.on('pageerror', error => complaints.push(`error: ${error.stack ?? error.message}`))
        tab.on('request', request => {
          if (!allowed.some(each => request.url().startsWith(each)))
            complaints.push(`asked elsewhere: ${request.url()}`)
        })
        return tab
      },
      closeLater: close => void closing.push(close),
      complain: text => void complaints.push(text),
    })
  })
}

/** Tests of the page. `open` shows it at a hash and waits until it knows something. */
export function inBrowser(
  name: string,
  tests: (open: (hash: string, options?: OpenOptions) => Promise<Opened>) => void,
) {
  withBrowser(name, ({ tab: openTab, closeLater, complain }) =>
    tests(async (hash, options = {}) => {
      const { size, scheme, context, forgive, check, ...example } = options
      const watched = exampleWatched({ days: 3, ...example })
      const page = await openPage(watched, {
        port: 0,
        onFault: fault => complain(String(fault)),
        ...(check ? { check } : {}),
      })
      closeLater(() => page.close())
      const tab = await openTab([page.url], {
        ...(size && { size }),
        ...(scheme && { scheme }),
        ...(context && { context }),
        ...(forgive && { forgive }),
      })
      await tab.goto(`${page.url}${hash}`)
      await tab.locator('main h1').first().waitFor({ state: 'attached' })
      return { tab, watched, page }
    }),
  )
}

/** No view may be wider than the window. */
export async function expectNoSidewaysScrolling(tab: Tab): Promise<void> {
  const wider = await tab.evaluate(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  )
  expect(wider).toBe(0)
}

export const hashOf = (tab: Tab): Promise<string> => tab.evaluate('location.hash')

export const queryOf = async (tab: Tab): Promise<URLSearchParams> =>
  new URLSearchParams((await hashOf(tab)).split('?')[1] ?? '')
