/** What is the same in all views: keys, focus, colours, a lost connection, and text that would like to be markup. */
import { expect, test } from 'vitest'
import { openPage } from '#apps/web/server.ts'
import { expectNoSidewaysScrolling, hashOf, inBrowser, PHONE } from './browser.ts'

inBrowser('the frame', open => {
  test('keys go from view to view, and Back goes back', async () => {
    const { tab } = await open('#/now')
    const shown = () => tab.locator('nav [aria-current="page"]').innerText()
    await tab.keyboard.press('t')
    expect([await shown(), await hashOf(tab)]).toEqual(['Timeline', '#/timeline'])
    await tab.keyboard.press('s')
    expect([await shown(), await hashOf(tab)]).toEqual(['Sources', '#/sources'])
    await tab.keyboard.press('n')
    expect(await shown()).toBe('Now')
    await tab.goBack()
    expect(await shown()).toBe('Sources')
    // A browser's own shortcuts stay its own.
    await tab.keyboard.press('Control+n')
    expect(await shown()).toBe('Sources')
  })

  test('? shows the legend and puts it away', async () => {
    const { tab } = await open('#/sources')
    await tab.keyboard.press('?')
    const legend = tab.getByRole('dialog', { name: 'Words, marks and keys' })
    const text = await legend.innerText()
    for (const word of ['Ahead and behind', 'Holdover', 'Disagrees', 'Silent', 'disruption'])
      expect(text).toContain(word)
    expect(await hashOf(tab)).toBe('#/sources?panel=legend')
    await tab.keyboard.press('?')
    await legend.waitFor({ state: 'detached' })
  })

  test.each(['now', 'timeline', 'sources', 'logs'])(
    'Tab reaches everything in %s, and one sees where one is',
    async view => {
      const { tab } = await open(`#/${view}`)
      if (view === 'timeline') await tab.locator('.chart canvas').first().waitFor()
      const targets = (await tab.evaluate(
        'document.querySelectorAll("a[href], button, [tabindex=\\"0\\"]").length',
      )) as number
      const seen = new Set<string>()
      for (let i = 0; i < targets; i++) {
        await tab.keyboard.press('Tab')
        const [which, outline] = (await tab.evaluate(
          '(() => { const e = document.activeElement; return [String([...document.querySelectorAll("*")].indexOf(e)), getComputedStyle(e).outlineStyle] })()',
        )) as [string, string]
        expect(outline).not.toBe('none')
        seen.add(which)
      }
      expect(seen.size).toBe(targets)
    },
  )

  test('dark when the reader wants it dark', async () => {
    const brightness = async (scheme: 'light' | 'dark') => {
      const { tab } = await open('#/timeline', { scheme })
      await tab.locator('.chart canvas').first().waitFor()
      const colour = (await tab.evaluate('getComputedStyle(document.body).backgroundColor')) as string
      return Number(/\d+/.exec(colour)![0])
    }
    expect(await brightness('light')).toBeGreaterThan(240)
    expect(await brightness('dark')).toBeLessThan(40)
  })

  test('text stands out from the paper, in both schemes', async () => {
    for (const scheme of ['light', 'dark'] as const)
      for (const view of ['now', 'sources?panel=legend']) {
        const { tab } = await open(`#/${view}`, { scheme })
        const worst = (await tab.evaluate(CONTRAST)) as [number, string]
        // WCAG AA for text of ordinary size.
        expect(worst[0], `${scheme} ${view}: ${worst[1]}`).toBeGreaterThanOrEqual(4.5)
      }
  })

  test('a lost connection is said, with the age of what is shown, and mends by itself', async () => {
    // The browser names a lost connection by where it was when it broke: refused, reset, a body torn, a socket gone.
    const { tab, page, watched } = await open('#/now', { forgive: /Failed to load resource: net::ERR_/ })
    await tab.locator('.link.live').waitFor()
    await page.close()
    const warning = tab.getByRole('alert')
    await warning.waitFor({ timeout: 10_000 })
    await warning
      .getByText(/What you see is from \d{4}-\d\d-\d\d .* UTC, [2-9] s ago/)
      .waitFor({ timeout: 5000 })
    expect(await tab.locator('.link').innerText()).toBe('lost')
    const again = await openPage(watched, { port: page.port })
    expect(again.port).toBe(page.port)
    await tab.locator('.link.live').waitFor({ timeout: 15_000 })
    expect(await tab.getByRole('alert').count()).toBe(0)
    await again.close()
  }, 40_000)

  test('hostile text is text, in every view', async () => {
    const hostile = [
      '<img src=x onerror="window.harmed=1">',
      '"><script>window.harmed=1</script>',
      'javascript:window.harmed=1//<svg/onload=window.harmed=1>',
      '\u202Ereversed\u2066 {{7*7}} %3Cscript%3E',
    ]
    for (const attack of hostile) {
      const { tab } = await open('#/now', { size: PHONE, text: text => `${attack}${text}`, days: 1 })
      for (const view of ['now', 'timeline', 'sources']) {
        await tab.keyboard.press(view[0]!)
        await tab.waitForTimeout(300)
        if (view === 'sources')
          for (const button of await tab.locator('button.open').all()) await button.click()
        if (view === 'timeline') {
          await tab.locator('.chart').first().focus()
          await tab.keyboard.press('ArrowLeft')
          await tab.locator('.readout').waitFor()
        }
        await expectNoSidewaysScrolling(tab)
        expect(await tab.locator('main').innerText()).toContain(attack.slice(0, 12))
      }
      await tab
        .locator('.reach')
        .first()
        .click({ trial: true })
        .catch(() => undefined)
      expect(await tab.evaluate('window.harmed')).toBeUndefined()
      expect(await tab.locator('main img, main script, main iframe').count()).toBe(0)
    }
  }, 60_000)

  test('a hash that makes no sense shows what can be shown', async () => {
    const { tab } = await open('#/%3Cscript%3E?panel=__proto__&about=x&open=nobody&range=5y')
    expect(await tab.locator('nav [aria-current="page"]').innerText()).toBe('Now')
    expect(await tab.getByRole('dialog').count()).toBe(0)
  })

  test('the whole page weighs less than 120 kB', async () => {
    const { page } = await open('#/now')
    let sum = 0
    for (const path of ['', 'page.js', 'page.css', 'favicon.svg']) {
      const answer = await fetch(`${page.url}${path}`, {
        method: 'HEAD',
        headers: { 'Accept-Encoding': 'gzip' },
      })
      expect(answer.headers.get('content-encoding')).toBe('gzip')
      sum += Number(answer.headers.get('content-length'))
    }
    expect(sum).toBeLessThan(120_000)
  })
})

/** The worst contrast of any text with the first opaque background behind it, and that text. */
const CONTRAST = `(() => {
  const channels = colour => colour.match(/[\\d.]+/g).map(Number)
  const luminance = colour => {
    const [r, g, b] = channels(colour).map(c => c / 255).map(c => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const paper = element => {
    for (let e = element; e; e = e.parentElement) {
      const colour = getComputedStyle(e).backgroundColor
      const [, , , alpha = 1] = channels(colour)
      if (alpha === 1) return colour
    }
    return 'rgb(255, 255, 255)'
  }
  let worst = [21, '']
  for (const e of document.querySelectorAll('body *')) {
    const text = [...e.childNodes].filter(n => n.nodeType === 3).map(n => n.data.trim()).join('')
    if (!text || e.closest('svg') || e.matches('noscript')) continue
    const [a, b] = [luminance(getComputedStyle(e).color), luminance(paper(e))]
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
    if (ratio < worst[0]) worst = [ratio, text]
  }
  return worst
})()`
