/** What one sees first: the verdict, what it rests on, and what is said when nothing is known. */
import { expect, test } from 'vitest'
import { expectNoSidewaysScrolling, hashOf, inBrowser, WIDTHS } from './browser.ts'

inBrowser('now', open => {
  test.each(WIDTHS)('says how wrong the clock is, on a %s', async (_, size) => {
    const { tab } = await open('#/now', { size })
    const verdict = await tab.locator('h1').innerText()
    expect(verdict.replace(/\s+/g, ' ')).toMatch(
      /^This clock is [\d.]+ [nµ]s (ahead|behind), correct to within \d+ µs\.$/,
    )
    const main = await tab.locator('main').innerText()
    expect(main).toMatch(/Measured \d+ s ago from 4 agreeing sources/)
    for (const fact of [
      'kvm',
      'kvm-clock',
      'chronyd',
      'web-3.prod.example',
      'What the kernel believes',
      'Hearsay',
    ])
      expect(main).toContain(fact)
    expect(main).toContain('offers no vmclock')
    await tab.getByText('This machine stood still for 57.2 s').waitFor()
    await expectNoSidewaysScrolling(tab)
  })

  test('the verdict is the largest text on the page', async () => {
    const { tab } = await open('#/now')
    const sizes = (await tab.evaluate(
      '[...document.querySelectorAll("main *")].filter(e => e.innerText).map(e => [e.closest("h1") !== null, parseFloat(getComputedStyle(e).fontSize)])',
    )) as [boolean, number][]
    const largestElse = Math.max(...sizes.filter(([isVerdict]) => !isVerdict).map(([, size]) => size))
    expect(Math.min(...sizes.filter(([isVerdict]) => isVerdict).map(([, size]) => size))).toBeGreaterThan(
      largestElse,
    )
  })

  test.each([
    [
      'alone',
      /Nobody has told this machine what time it is: there is no source/,
      /chronyd may be setting this clock/,
    ],
    ['starting', /Not measured yet: 6 sources asked/, /was asked and has not answered yet/],
    ['holdover', /and coasting/, /of 6 sources none can be used/],
  ] as const)('when the story is "%s" it says so plainly', async (story, sentence, why) => {
    const { tab } = await open('#/now', { story })
    expect((await tab.locator('h1').innerText()).replace(/\s+/g, ' ')).toMatch(sentence)
    expect(await tab.locator('main').innerText()).toMatch(why)
  })

  test('what is not known is a dash and never zero', async () => {
    const { tab } = await open('#/now', { story: 'alone' })
    for (const title of ['Offset', 'Frequency error', 'Jitter', 'Root delay', 'Stratum']) {
      const row = tab
        .locator('section', { hasText: 'Measured here' })
        .locator('dl > div', { hasText: title })
        .first()
      expect((await row.locator('dd').innerText()).trim()).toBe('–')
    }
  })

  test('numbers grow older, and are renewed by the stream alone', async () => {
    const { tab, watched } = await open('#/now')
    const detail = tab.locator('.verdict .detail').first()
    const before = Number(/(\d+) s ago/.exec(await detail.innerText())![1])
    await tab.waitForTimeout(2500)
    expect(Number(/(\d+) s ago/.exec(await detail.innerText())![1])).toBeGreaterThanOrEqual(before + 2)
    watched.measure()
    await tab.getByText(/Measured (just now|[0-2] s ago)/).waitFor({ timeout: 3000 })
  })

  test('events appear as they happen', async () => {
    const { tab, watched } = await open('#/now')
    watched.write({ kind: 'step', at: watched.now(), size: -1.5, uncertainty: 0, by: 'somebody-else' })
    await tab.getByText('The clock was set back by 1.50 s, by somebody else.').waitFor({ timeout: 2000 })
  })

  test('every number explains itself, by keyboard too', async () => {
    const { tab } = await open('#/now')
    const value = tab.locator('.numbers .value').first()
    expect(await value.getAttribute('title')).toMatch(/^Offset: True time minus this clock.*\d+ s ago\.$/)
    await value.focus()
    await tab.keyboard.press('Enter')
    const panel = tab.getByRole('dialog', { name: 'Offset' })
    const text = await panel.innerText()
    for (const said of [
      'Combined by this agent from 4 agreeing sources',
      'How old it is',
      'clock.offset',
      'clockwright_clock_offset_seconds',
    ])
      expect(text).toContain(said)
    expect(text).toMatch(/0\.0000\d+ s/)
    expect(await hashOf(tab)).toContain('panel=clock.offset')
    expect(await tab.evaluate('document.activeElement.getAttribute("aria-label")')).toBe('Close')
    await tab.keyboard.press('Escape')
    await panel.waitFor({ state: 'detached' })
    expect(await tab.evaluate('document.activeElement.className')).toContain('value')
  })

  test('a link to a number opens its explanation', async () => {
    const { tab } = await open('#/now?panel=kernel.maxError')
    await tab.getByRole('dialog', { name: 'Maximum error' }).waitFor()
  })
})
