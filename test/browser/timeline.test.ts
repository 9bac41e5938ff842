/** The plots: what is drawn, how one moves in them, and that the address says where one is. */
import type { Page as Tab } from 'playwright-core'
import { expect, test } from 'vitest'
import { DESKTOP, expectNoSidewaysScrolling, hashOf, inBrowser, PHONE, queryOf, WIDTHS } from './browser.ts'

const PLOTS = ['offset', 'delay', 'frequency']

async function drawn(tab: Tab): Promise<void> {
  for (const plot of PLOTS) await tab.locator(`.plot.${plot} canvas`).waitFor()
  await tab.waitForTimeout(200)
}

const over = async (tab: Tab, plot = 'offset') => (await tab.locator(`.plot.${plot} .u-over`).boundingBox())!

/** How many pixels of a plot are not paper: something is drawn there. */
const inkOf = (tab: Tab, plot: string) =>
  tab.evaluate(`(() => {
    const canvas = document.querySelector('.plot.${plot} canvas')
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
    let ink = 0
    for (let i = 3; i < data.length; i += 4) if (data[i] > 100) ink++
    return ink
  })()`) as Promise<number>

async function dragOver(tab: Tab, from: number, to: number, plot = 'offset'): Promise<void> {
  const { x, y, width, height } = await over(tab, plot)
  await tab.mouse.move(x + from * width, y + height / 2)
  await tab.mouse.down()
  await tab.mouse.move(x + ((from + to) / 2) * width, y + height / 2, { steps: 4 })
  await tab.mouse.move(x + to * width, y + height / 2, { steps: 4 })
  await tab.mouse.up()
}

inBrowser('timeline', open => {
  test.each(WIDTHS)('draws three plots and lists what happened, on a %s', async (_, size) => {
    const { tab } = await open('#/timeline?range=6h', { size })
    await drawn(tab)
    for (const plot of PLOTS) expect(await inkOf(tab, plot)).toBeGreaterThan(1000)
    const main = await tab.locator('main').innerText()
    for (const said of [
      'Offset of this clock',
      'Delay to each source',
      'Frequency error',
      'stood still for 57.2 s',
      'set forward by 57.2 s',
    ])
      expect(main).toContain(said)
    // A falseticker does not choose the scale; the plot says that it lies outside.
    expect(main).toMatch(/Beyond the edge/)
    await expectNoSidewaysScrolling(tab)
  })

  test('dragging zooms all plots, the address says where, double-click follows live again', async () => {
    const { tab } = await open('#/timeline')
    await drawn(tab)
    await dragOver(tab, 0.25, 0.5, 'delay')
    const { from, to } = Object.fromEntries(await queryOf(tab))
    // A quarter of an hour, give or take the pixels.
    expect(Number(to) - Number(from)).toBeGreaterThan(850)
    expect(Number(to) - Number(from)).toBeLessThan(950)
    expect(await tab.locator('.shown').innerText()).toMatch(/ to \d\d:\d\d:\d\d UTC, 15 min/)
    expect(await tab.getByRole('button', { name: 'Live' }).getAttribute('aria-pressed')).toBe('false')
    await tab.reload()
    await drawn(tab)
    expect((await queryOf(tab)).get('from')).toBe(from)
    expect(await tab.locator('.shown').innerText()).toMatch(/UTC, 15 min/)
    const { x, y } = await over(tab)
    await tab.mouse.dblclick(x + 200, y + 60)
    expect(await hashOf(tab)).toBe('#/timeline')
    expect(await tab.locator('.shown').innerText()).toBe('The newest 1 h')
  })

  test('Back leaves a zoom', async () => {
    const { tab } = await open('#/timeline')
    await drawn(tab)
    await dragOver(tab, 0.4, 0.6)
    expect((await queryOf(tab)).has('from')).toBe(true)
    await tab.goBack()
    expect(await hashOf(tab)).toBe('#/timeline')
  })

  test('Shift and drag pans; so do the buttons and the arrow keys', async () => {
    const { tab } = await open('#/timeline')
    await drawn(tab)
    const window = async () => Number((await queryOf(tab)).get('from') ?? Number.NaN)
    await tab.getByRole('button', { name: 'Earlier' }).click()
    const first = await window()
    await tab.keyboard.press('ArrowLeft')
    expect(first - (await window())).toBeCloseTo(900, -1)
    await tab.keyboard.down('Shift')
    await dragOver(tab, 0.2, 0.7)
    await tab.keyboard.up('Shift')
    // Half a window earlier.
    expect(first - 900 - (await window())).toBeGreaterThan(1700)
    expect(first - 900 - (await window())).toBeLessThan(1900)
    await tab.keyboard.press('f')
    expect(await window()).toBeNaN()
  })

  test('a finger pans and leaves the values standing', async () => {
    const { tab } = await open('#/timeline', { size: PHONE, context: { hasTouch: true, isMobile: true } })
    await drawn(tab)
    await tab.locator('.plot.offset').scrollIntoViewIfNeeded()
    const { x, y, width } = await over(tab)
    await tab.touchscreen.tap(x + width / 2, y + 50)
    await tab.locator('.readout').waitFor()
    await tab.locator('h2', { hasText: 'What happened' }).tap()
    await tab.locator('.readout').waitFor({ state: 'detached' })
    await tab.locator('.plot.offset').scrollIntoViewIfNeeded()
    const place = await over(tab)
    const touch = await tab.context().newCDPSession(tab)
    const at = (type: 'touchStart' | 'touchMove' | 'touchEnd', dx: number) =>
      touch.send('Input.dispatchTouchEvent', {
        type,
        touchPoints: type === 'touchEnd' ? [] : [{ x: place.x + place.width / 2 + dx, y: place.y + 50 }],
      })
    await at('touchStart', 0)
    for (const dx of [10, 30, 60, 100]) await at('touchMove', dx)
    await at('touchEnd', 100)
    expect((await queryOf(tab)).has('from')).toBe(true)
  })

  test('one cursor for all plots, with the values of all lines', async () => {
    const { tab } = await open('#/timeline')
    await drawn(tab)
    const { x, y, width } = await over(tab, 'delay')
    await tab.mouse.move(x + width * 0.5, y + 40)
    const readout = tab.locator('.readout')
    const text = await readout.innerText()
    for (const name of ['combined estimate', 'ntp1.example.net', 'clock.office.example'])
      expect(text).toContain(name)
    expect(text).toMatch(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/)
    expect(text).toMatch(/[\d.]+ [nµ]s (ahead|behind)\s+± \d+ µs/)
    expect(text).toMatch(/5[03]\.\d ms behind/)
    expect(text).toMatch(/Frequency error: 11\.\d+ ppm slow/)
    // The silent source has no value here, and that is not zero.
    expect(text).toMatch(/old\.example\.com\s+–\s+–/)
    for (const plot of PLOTS) {
      const line = (await tab.locator(`.plot.${plot} .u-cursor-x`).boundingBox())!
      expect(Math.abs(line.x - (x + width * 0.5))).toBeLessThan(3)
    }
    await tab.mouse.move(5, 5)
    await readout.waitFor({ state: 'detached' })
  })

  test('the keyboard moves the cursor of a plot', async () => {
    const { tab } = await open('#/timeline')
    await drawn(tab)
    await tab.locator('.chart').first().focus()
    await tab.keyboard.press('ArrowLeft')
    const time = () => tab.locator('.readout-time').innerText()
    const first = await time()
    await tab.keyboard.press('ArrowLeft')
    expect((await time()) < first).toBe(true)
    expect(await hashOf(tab)).toBe('#/timeline')
  })

  test('a mark says what happened, and the list leads to it', async () => {
    const { tab } = await open('#/timeline')
    await drawn(tab)
    await tab.locator('.happened .show').first().click()
    await drawn(tab)
    expect((await queryOf(tab)).has('from')).toBe(true)
    const { x, y, width } = await over(tab)
    await tab.mouse.move(x + width / 2, y + 40)
    expect(await tab.locator('.readout-event').innerText()).toContain(
      'chronyd and systemd-timesyncd are both running',
    )
  })

  test('ranges by button and by key, the scale in the address', async () => {
    const { tab } = await open('#/timeline')
    await drawn(tab)
    await tab.getByRole('button', { name: '24 h' }).click()
    expect(await hashOf(tab)).toBe('#/timeline?range=24h')
    await tab.keyboard.press('6')
    expect(await hashOf(tab)).toBe('#/timeline?range=all')
    await tab.locator('.shown', { hasText: 'Everything that is kept' }).waitFor()
    await tab.keyboard.press('1')
    expect(await hashOf(tab)).toBe('#/timeline?range=10m')
    await tab.getByRole('button', { name: '± 1 ms' }).click()
    expect((await queryOf(tab)).get('scale')).toBe('1ms')
    await tab.keyboard.press('+')
    expect(Number((await queryOf(tab)).get('to')) - Number((await queryOf(tab)).get('from'))).toBeCloseTo(
      300,
      -1,
    )
  })

  test('lines are hidden by name', async () => {
    const { tab } = await open('#/timeline')
    await drawn(tab)
    await tab.getByRole('button', { name: 'ptbtime.example.de' }).click()
    expect((await queryOf(tab)).getAll('hide')).toEqual(['ptbtime.example.de'])
    const { x, y } = await over(tab)
    await tab.mouse.move(x + 300, y + 40)
    expect(await tab.locator('.readout').innerText()).not.toContain('ptbtime')
  })

  test('live: a reading appears without asking again, and the window moves on', async () => {
    const { tab, watched } = await open('#/timeline?range=10m')
    await drawn(tab)
    await tab.waitForTimeout(300)
    const asked: string[] = []
    tab.on('request', request => asked.push(request.url()))
    const before = await inkOf(tab, 'delay')
    for (let i = 0; i < 3; i++) {
      watched.measure()
      await tab.waitForTimeout(700)
    }
    expect(await inkOf(tab, 'delay')).not.toBe(before)
    watched.write({ kind: 'notice', at: watched.now(), name: 'test', text: 'something new' })
    await tab.locator('.happened', { hasText: 'something new' }).waitFor({ timeout: 3000 })
    expect(asked).toEqual([])
  })

  test('a clock that ran backwards is drawn twice, not mixed up', async () => {
    const now = Date.now() / 1000
    const { tab } = await open(`#/timeline?from=${now - 2 * 86_400 - 3600}&to=${now - 2 * 86_400 + 3600}`)
    await drawn(tab)
    expect(await tab.locator('main').innerText()).toContain('The clock was set back by 120 s')
    // Up is behind; 120 s ahead is the lowest tick but one.
    for (const plot of PLOTS) expect(await inkOf(tab, plot)).toBeGreaterThan(500)
  })

  test('nothing measured: said, not drawn as zero', async () => {
    const { tab } = await open('#/timeline', { story: 'alone', size: DESKTOP })
    await tab.getByText('Nothing was measured in this time.').first().waitFor()
    expect(await tab.getByText('Nothing was measured in this time.').count()).toBe(3)
  })

  test('a week of readings is on the screen within a second', async () => {
    const { tab } = await open('#/now', { days: 8 })
    const begun = performance.now()
    await tab.evaluate('location.hash = "#/timeline?range=7d"')
    await tab.locator('.plot.frequency canvas').waitFor()
    // The figure to reach is one second on a laptop; tests share their machine.
    expect(performance.now() - begun).toBeLessThan(4000)
  })
})
