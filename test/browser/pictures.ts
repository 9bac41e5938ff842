/**
 * Makes the pictures of the page that the documentation shows, from the example machine of the tests:
 *
 *   node test/browser/pictures.ts
 */
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { openPage } from '#apps/web/server.ts'
import { exampleWatched } from './support.ts'

const IMAGES = fileURLToPath(new URL('../../docs/images/', import.meta.url))

const page = await openPage(exampleWatched(), { port: 0 })
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu'],
})

async function picture(name: string, hash: string, ready: string, height: number): Promise<void> {
  const tab = await browser.newPage({ viewport: { width: 1280, height }, colorScheme: 'light' })
  await tab.goto(`${page.url}${hash}`)
  await tab.locator(ready).first().waitFor({ timeout: 120_000 })
  await tab.waitForTimeout(1500)
  await tab.screenshot({ path: `${IMAGES}${name}.png` })
  await tab.close()
}

try {
  await picture('now', '#/now', '.spark-line', 900)
  const players = ['ntpd-4.2.8,-x', 'ntpd-4.2.8,polls=4..6', 'chrony-debian', 'clockwright']
  const query = new URLSearchParams(players.map((player): [string, string] => ['play', player]))
  await picture('lab', `#/lab?${query}`, '.figures .runs:text("medians of 10 runs")', 960)
} finally {
  await browser.close()
  await page.close()
}
