/** The report of `clockwright analyze --html`, opened as the file that it is. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Page as Tab } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cli } from '../support/cli.ts'
import { DESKTOP, expectNoSidewaysScrolling, type TabOptions, withBrowser } from './browser.ts'

const logs = (name: string) => fileURLToPath(new URL(`../vectors/logs/${name}`, import.meta.url))
const SIZES = [
  ['desktop', DESKTOP],
  ['phone', { width: 390, height: 844 }],
] as const

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'clockwright-report-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

withBrowser('a report', ({ tab: newTab }) => {
  async function open(paths: readonly string[], options: TabOptions = {}): Promise<Tab> {
    const file = join(folder, 'report.html')
    await cli(['analyze', ...paths, '--html', file])
    const { href } = pathToFileURL(file)
    // The mark of a saved picture is its own, too.
    const tab = await newTab([href, 'blob:', 'data:'], options)
    await tab.goto(href)
    return tab
  }
  const windowOf = (tab: Tab): Promise<string> => tab.locator('.readout').innerText()

  test.each(SIZES)('says the verdict, draws its plots, and asks nobody, on a %s', async (_, size) => {
    const tab = await open([logs('chrony-pauses')], { size })
    expect(await tab.locator('h1').innerText()).toMatch(/^\s*Critical\. The clock lost 47\.0 s/)
    expect(await tab.locator('.frame canvas').count()).toBe(3)
    expect(await inkIn(tab)).toBeGreaterThan(300)
    expect(await tab.locator('.deviations svg').count()).toBe(2)
    const text = await tab.locator('main').innerText()
    for (const said of ['makestep 1 -1', 'What happened', 'stood still for 47.0 s', '192.168.123.1', 'Files'])
      expect(text).toContain(said)
    await expectNoSidewaysScrolling(tab)
  })

  test('is zoomed by keys, by buttons, and from what happened', async () => {
    const tab = await open([logs('chrony-pauses')])
    const whole = await windowOf(tab)
    await tab.locator('.frame').first().focus()
    await tab.keyboard.press('+')
    const near = await windowOf(tab)
    expect(near).not.toBe(whole)
    await tab.keyboard.press('Shift+ArrowRight')
    expect(await windowOf(tab)).not.toBe(near)
    await tab.keyboard.press('0')
    expect(await windowOf(tab)).toBe(whole)
    await tab.keyboard.press('ArrowLeft')
    expect(await windowOf(tab)).toMatch(/UTC · chrony-pauses [+-][\d.]+ [µm]?s/)

    await tab.getByRole('button', { name: 'Steady part' }).click()
    expect(await windowOf(tab)).not.toBe(whole)
    expect(await tab.getByRole('button', { name: 'Steady part' }).getAttribute('aria-pressed')).toBe('true')
    await tab.getByRole('button', { name: 'Full run' }).click()
    expect(await windowOf(tab)).toBe(whole)

    const around = /^2027-03-05 10:5\d:\d\d to 2027-03-05 11:2\d:\d\d UTC/
    await tab.locator('.happenings .show').nth(1).click()
    expect(await windowOf(tab)).toMatch(around)
    await tab.getByRole('button', { name: 'Full run' }).click()
    await tab.locator('.finding .show').first().click()
    expect(await windowOf(tab)).toMatch(around)
  })

  test('is zoomed by dragging', async () => {
    const tab = await open([logs('ntpd428-oscillation')], { scheme: 'dark' })
    const whole = await windowOf(tab)
    const box = (await tab.locator('.u-over').first().boundingBox())!
    await tab.mouse.move(box.x + 200, box.y + 50)
    await tab.mouse.down()
    await tab.mouse.move(box.x + 400, box.y + 60, { steps: 4 })
    await tab.mouse.up()
    await tab.mouse.move(5, 5)
    expect(await windowOf(tab)).not.toBe(whole)
    await tab.locator('.u-over').first().dblclick()
    await tab.mouse.move(5, 5)
    await tab.keyboard.press('Tab')
    expect(await tab.getByRole('button', { name: 'Full run' }).getAttribute('aria-pressed')).toBe('true')
  })

  test('lays several hosts over one another', async () => {
    const hosts = join(folder, 'hosts')
    for (const [name, sample] of Object.entries({ web1: 'ntpd428-oscillation', web2: 'ntpd428-xen-3days' }))
      cpSync(logs(sample), join(hosts, name), { recursive: true })
    const tab = await open([hosts])
    expect(await tab.locator('.verdict').count()).toBe(2)
    const before = await inkIn(tab)
    await tab.getByRole('checkbox', { name: 'web2' }).uncheck()
    expect(await inkIn(tab)).toBeLessThan(before)
    await tab.locator('.frame').first().focus()
    await tab.keyboard.press('ArrowRight')
    expect(await windowOf(tab)).toContain('web1')
    expect(await windowOf(tab)).not.toContain('web2')
  })

  test('counts who was heard, and marks the odd ones', async () => {
    const tab = await open([logs('ntpd428-broadcast-spurious')])
    const rows = await tab.locator('table', { hasText: 'Sources in ntpd rawstats' }).locator('tbody tr').all()
    const marked = await Promise.all(
      rows.map(async row => [
        (await row.locator('th').innerText()).split(' ')[0],
        (await row.locator('.odd').count()) > 0,
      ]),
    )
    expect(marked).toEqual([
      ['192.168.123.1', false],
      ['192.168.123.2', false],
      ['192.168.125.2', true],
      ['192.168.124.2', true],
      ['192.168.125.1', true],
      ['192.168.124.1', true],
    ])
  })

  test('copies the lines of a remedy', async () => {
    const tab = await open([logs('ntpd428-xen-3days')], {
      context: { permissions: ['clipboard-read', 'clipboard-write'] },
    })
    await tab.locator('.copy').first().click()
    await tab.locator('.copy', { hasText: 'copied' }).first().waitFor()
    expect(await tab.evaluate('navigator.clipboard.readText()')).toBe(
      'tinker panic 0\nserver … iburst minpoll 4 maxpoll 6',
    )
  })

  test('is read without its script, and printed', async () => {
    const tab = await open([logs('chrony-pauses')], { context: { javaScriptEnabled: false } })
    expect(await tab.locator('.picture svg path.series').count()).toBe(1)
    expect(await tab.locator('.finding').count()).toBe(3)
    expect(await tab.locator('button:visible').count()).toBe(0)

    const dark = await open([logs('chrony-pauses')], { scheme: 'dark' })
    await dark.emulateMedia({ media: 'print', colorScheme: 'light' })
    expect((await dark.pdf({ format: 'A4' })).length).toBeGreaterThan(20_000)
  })

  test('shows hostile text as text', async () => {
    const hostile = '</script><script>document.title="owned"</script><img src=x onerror=alert(1)>'
    const host = join(folder, 'hostile', '<img src=x onerror=alert(2)>', 'chrony')
    mkdirSync(host, { recursive: true })
    const good = Array.from({ length: 50 }, (_, i) => {
      const clock = new Date(Date.UTC(2026, 0, 1) + i * 64_000).toISOString()
      return `${clock.slice(0, 10)} ${clock.slice(11, 19)} <svg/onload=alert(3)> N  2 111 111 1111   6  6 0.00  1.0e-05  2.0e-04  1.0e-05  1.0e-03  1.0e-03 C0A87B01 4B K K`
    })
    writeFileSync(join(host, 'measurements.log'), `${good.join('\n')}\n${hostile}\n\u001b]0;owned\u0007\n`)
    writeFileSync(
      join(host, 'messages'),
      `2026-01-01T00:00:00Z chronyd version ${hostile} starting\n2026-01-01T00:10:00Z Selected source ${hostile}\n2026-01-01T00:10:00Z System clock wrong by 3.0 seconds ${hostile}\n`,
    )
    const tab = await open([join(folder, 'hostile')])
    expect(await tab.title()).toContain('clock report')
    expect(await tab.locator('img').count()).toBe(0)
    expect(await tab.locator('script').count()).toBe(2)
    for (const each of await tab.locator('summary').all()) await each.click()
    const text = await tab.locator('main').innerText()
    for (const said of ['<img src=x onerror=alert(2)>', '<svg/onload=alert(3)>']) expect(text).toContain(said)
    expect(text).toContain('document.title="owned"')
    expect(text).toContain('\\u{1b}]0;owned\\u{07}')
    expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f]/)
  })
})

/** Points of the first plot that are neither paper nor grey: lines, bands and marks. */
const inkIn = (tab: Tab): Promise<number> =>
  tab.evaluate(`(() => {
    const canvas = document.querySelector('.frame canvas')
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
    let ink = 0
    for (let i = 0; i < data.length; i += 4)
      if (data[i + 3] > 128 && Math.max(data[i], data[i + 1], data[i + 2]) - Math.min(data[i], data[i + 1], data[i + 2]) > 60) ink++
    return ink
  })()`)
