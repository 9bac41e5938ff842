/** The sources: every one with its state in words, its reason, its numbers, and each packet test. */
import { expect, test } from 'vitest'
import { PACKET_REFUSALS } from '#core/ntp/refusal.ts'
import { expectNoSidewaysScrolling, hashOf, inBrowser, queryOf, WIDTHS } from './browser.ts'

inBrowser('sources', open => {
  test.each(WIDTHS)('says of each what it is believed and why, on a %s', async (_, size) => {
    const { tab } = await open('#/sources', { size })
    expect(await tab.locator('h1').innerText()).toBe('4 of 6 sources are believed.')
    const rows = (await tab.locator('tbody.source').allInnerTexts()).map(text => text.replace(/\s+/g, ' '))
    expect(rows.length).toBe(6)
    expect(rows[0]).toMatch(
      /ntp1\.example\.net Best: it agrees with the majority and has the smallest root distance/,
    )
    expect(rows[0]).toMatch(/[\d.]+ [nµ]s (ahead|behind).*± 1\.\d+ ms.*GPS/)
    expect(rows[4]).toMatch(/clock\.office\.example Disagrees: the interval that it claims does not meet/)
    expect(rows[4]).toContain('50.')
    expect(rows[5]).toMatch(/old\.example\.com Silent: it did not answer any of the last eight requests/)
    expect(rows[5]).toMatch(/26\.0 h ago/)
    await expectNoSidewaysScrolling(tab)
  })

  test('reach is eight dots, the newest at the right', async () => {
    const { tab } = await open('#/sources')
    const dots = await tab.locator('tbody', { hasText: 'time.example.org' }).locator('.reach circle').all()
    const heard = await Promise.all(dots.map(dot => dot.getAttribute('class')))
    expect(heard).toEqual(['heard', 'heard', 'heard', 'heard', 'missed', 'heard', 'heard', 'heard'])
    expect(await tab.locator('.reach').last().getAttribute('aria-label')).toBe('0 of 8 requests answered')
  })

  test('the state is told by shape and word, not by colour alone', async () => {
    const { tab } = await open('#/sources')
    const marks = await tab.locator('tbody.source .mark').all()
    expect(new Set(await Promise.all(marks.map(mark => mark.innerHTML()))).size).toBe(4)
  })

  test.each(WIDTHS)('opens by keyboard to every packet test with its count, on a %s', async (_, size) => {
    const { tab } = await open('#/sources', { size })
    const button = tab.getByRole('button', { name: 'time.example.org' })
    await button.focus()
    await tab.keyboard.press('Enter')
    expect(await button.getAttribute('aria-expanded')).toBe('true')
    expect((await queryOf(tab)).getAll('open')).toEqual(['time.example.org 2001:db8:12::7b'])
    const tests = (await tab.locator('.tests tr').allInnerTexts()).map(text =>
      text.replace(/\s+/g, ' ').trim(),
    )
    expect(tests.length).toBe(Object.keys(PACKET_REFUSALS).length)
    expect(tests[0]).toContain('3 bogus-origin')
    expect(tests[0]).toContain(PACKET_REFUSALS['bogus-origin'])
    expect(tests[1]).toContain('2 duplicate')
    const details = await tab.locator('.details').innerText()
    for (const said of ['2001:db8:12::7b', 'this program', 'accepted', 'Root dispersion', 'in 31 s'])
      expect(details).toContain(said)
    await expectNoSidewaysScrolling(tab)
    await tab.reload()
    await tab.locator('.details').waitFor()
    await tab.getByRole('button', { name: 'time.example.org' }).click()
    expect(await hashOf(tab)).toBe('#/sources')
  })

  test('a number of a source explains itself', async () => {
    const { tab } = await open('#/sources')
    await tab.locator('tbody', { hasText: 'ntp2.example.net' }).locator('[data-title="Delay"] .value').click()
    const panel = tab.getByRole('dialog', { name: 'Delay of ntp2.example.net' })
    expect(await panel.innerText()).toContain(
      'Measured by this agent in exchanges with ntp2.example.net (192.0.2.27)',
    )
  })

  test('a claim beyond the edge is an arrow with its value', async () => {
    const { tab } = await open('#/sources')
    expect(await tab.locator('.claim-beyond').innerText()).toMatch(/^50\.\d ms behind/)
  })

  test('a source that never answered has dashes', async () => {
    const { tab } = await open('#/sources', { story: 'starting' })
    const row = tab.locator('tbody', { hasText: 'ntp1.example.net' })
    for (const title of ['Offset', 'Delay', 'Jitter', 'Stratum', 'Follows', 'Leap', 'Last sample'])
      expect((await row.locator(`[data-title="${title}"]`).innerText()).replace(/\s+/g, '')).toMatch(/^–+$/)
    expect(await tab.locator('h1').innerText()).toBe('None of 6 sources are believed.')
  })

  test('no source: says so, and where it looked', async () => {
    const { tab } = await open('#/sources', { story: 'alone' })
    expect(await tab.locator('h1').innerText()).toBe('There is no source.')
    expect(await tab.locator('main').innerText()).toContain(
      'neither /etc/clockwright/clockwright.toml nor a time daemon',
    )
  })
})
