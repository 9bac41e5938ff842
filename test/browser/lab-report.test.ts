/** The report of `clockwright lab compare --html`, opened as the file that it is. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cli } from '../support/cli.ts'
import { expectNoSidewaysScrolling, WIDTHS, withBrowser } from './browser.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'clockwright-lab-report-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What is smaller nobody reads without glasses. */
const LEAST_PIXELS = 9

withBrowser('a report of the lab', ({ tab: newTab }) => {
  test.each(WIDTHS)('has pictures with words that can be read, on a %s', async (_, size) => {
    const file = join(folder, 'report.html')
    await cli(['lab', 'compare', 'pause-30s', '--with', 'none', '--seeds', '1', '--html', file])
    const { href } = pathToFileURL(file)
    const tab = await newTab([href], { size })
    await tab.goto(href)
    const heights = (await tab.evaluate(
      '[...document.querySelectorAll("svg")].map(each => 12 * each.getScreenCTM().a)',
    )) as number[]
    expect(heights.length).toBeGreaterThan(1)
    expect(Math.min(...heights)).toBeGreaterThan(LEAST_PIXELS)
    await expectNoSidewaysScrolling(tab)
  })
})
