/** The lab in the page: the picture follows what is turned, what it says is what the commands say, and nothing is sent. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page as Tab } from 'playwright-core'
import { expect, test, vi } from 'vitest'
import { installedScenarios } from '#apps/lab/scenario-file.ts'
import type { Summary } from '#lab/summary.ts'
import { MEASURES } from '#report/lab/results.ts'
import { cli } from '../support/cli.ts'
import { DESKTOP, expectNoSidewaysScrolling, inBrowser, PHONE, queryOf, WIDTHS } from './browser.ts'

// Whole days are played, on a machine that has other things to do.
vi.setConfig({ testTimeout: 90_000 })

const figure = (tab: Tab) => tab.locator('figure.course')
const numberOf = async (tab: Tab, name: string) => Number(await figure(tab).getAttribute(name))
const lines = (tab: Tab) =>
  tab.evaluate(
    '[...document.querySelectorAll(".course .series")].map(each => each.getAttribute("d"))',
  ) as Promise<string[]>
const slider = (tab: Tab, name: string) => tab.getByRole('slider', { name, exact: true }).first()

/** Until all of what was ordered last is in the picture. */
async function whole(tab: Tab, after = 0): Promise<number> {
  await figure(tab).waitFor()
  for (;;) {
    const [ordered, drawn] = [await numberOf(tab, 'data-ordered'), await numberOf(tab, 'data-drawn')]
    if (ordered > after && drawn === ordered) return drawn
    await tab.waitForTimeout(10)
  }
}

async function changed(tab: Tab, change: () => Promise<unknown>): Promise<void> {
  const before = await numberOf(tab, 'data-ordered')
  await change()
  await whole(tab, before)
}

/** The rows of the table: title, and a cell for each player. */
const table = (tab: Tab) =>
  tab.evaluate(
    '[...document.querySelectorAll(".figures tbody tr")].map(row => [...row.children].map(cell => cell.textContent))',
  ) as Promise<string[][]>

inBrowser('lab', open => {
  test.each(WIDTHS)(
    'a pause of my guest is played at once, on a %s, and nothing is sent',
    async (_, size) => {
      // The stream of the other views goes on trying.
      const { tab } = await open('#/now', { size, forgive: /ERR_INTERNET_DISCONNECTED/ })
      const asked: string[] = []
      tab.on('request', request => asked.push(`${request.method()} ${new URL(request.url()).pathname}`))
      await tab.keyboard.press('b')
      await whole(tab)
      expect(await lines(tab)).toHaveLength(3)
      const legend = await figure(tab).innerText()
      for (const name of ['ntpd-4.2.8', 'chrony-debian', 'clockwright']) expect(legend).toContain(name)
      expect((await table(tab)).map(([title]) => title)).toEqual(MEASURES.map(({ title }) => title))
      // What the chosen one claims, what it says, and the pause.
      for (const drawn of ['band', 'said', 'mark', 'step'])
        expect(await tab.locator(`.course .${drawn}`).count(), drawn).toBeGreaterThan(0)
      await expectNoSidewaysScrolling(tab)
      const others = asked.filter(
        each => !/^GET \/(lab-worker\.js|stories\.json|favicon\.svg|api\/.*)$/.test(each),
      )
      expect(others).toEqual([])
      // It plays on when the machine that it came from is gone.
      await tab.context().setOffline(true)
      await changed(tab, () => slider(tab, 'Length of the pause').press('ArrowRight'))
      await tab.context().setOffline(false)
    },
  )

  test('a slider turns by keyboard, by writing, and back; the address follows', async () => {
    const { tab } = await open('#/lab?play=chrony-debian')
    await whole(tab)
    const first = await lines(tab)
    const pause = slider(tab, 'Length of the pause')
    await changed(tab, () => pause.press('ArrowRight'))
    expect(await lines(tab)).not.toEqual(first)
    const exactly = tab.getByLabel('Length of the pause, exactly')
    await changed(tab, async () => {
      await exactly.fill('30 s')
      await exactly.press('Enter')
    })
    await expect.poll(async () => (await queryOf(tab)).get('pause')).toBe('30')
    expect(await pause.getAttribute('aria-valuetext')).toBe('30.0 s')
    // What is no length stays what it was, and it is said, until something else is written.
    const refused = tab.getByText('“long” is not taken: write a value from 1.00 ms to 24.0 h')
    await exactly.fill('long')
    await exactly.press('Enter')
    expect(await exactly.inputValue()).toBe('30.0 s')
    await refused.waitFor()
    await exactly.fill('31 s')
    await exactly.press('Enter')
    await refused.waitFor({ state: 'detached' })
    await changed(tab, () => tab.getByRole('button', { name: 'Length of the pause: as it was' }).click())
    expect(await lines(tab)).toEqual(first)
    await expect.poll(async () => (await queryOf(tab)).has('pause')).toBe(false)
  })

  test('a link shows the same thing to somebody else', async () => {
    const { tab, page } = await open(
      '#/lab?story=pause-30s&pause=5&play=ntpd-4.2.8%2C-x%2Cpolls%3D4..6&play=none&watch=1h&says=1',
    )
    await whole(tab)
    expect(await figure(tab).innerText()).toContain('ntpd-4.2.8 -x polls 4 to 6')
    const there = await lines(tab)
    await tab.getByRole('link', { name: 'Now' }).click()
    await tab.getByRole('link', { name: 'Lab' }).click()
    await whole(tab)
    expect(await lines(tab)).toEqual(there)
    const link = await tab.evaluate('location.href')
    const other = await open('#/lab')
    await other.tab.goto(String(link).replace(page.url, other.page.url))
    await other.tab.reload()
    await whole(other.tab)
    expect(await lines(other.tab)).toEqual(there)
    expect(await other.tab.getByRole('button', { name: '1 h' }).getAttribute('aria-pressed')).toBe('true')
  })

  test('the file that it writes gives the same figures on the command line', async () => {
    const { tab } = await open(
      '#/lab?story=pause-30s&pause=4.3&jitter=0.001&play=chrony-debian%2Cmakestep%3D1%3A-1&play=none',
      { context: { permissions: ['clipboard-read', 'clipboard-write'] } },
    )
    await whole(tab)
    await tab.locator('.figures', { hasText: 'medians of 10 runs' }).waitFor({ timeout: 60_000 })
    const shown = await table(tab)
    await tab.getByRole('button', { name: 'Copy as scenario file' }).click()
    await tab.getByRole('button', { name: 'copied' }).waitFor()
    const text = (await tab.evaluate('navigator.clipboard.readText()')) as string
    expect(await tab.locator('.share .command code').innerText()).toBe('clockwright lab run rehearsal.toml')
    const folder = mkdtempSync(join(tmpdir(), 'clockwright-lab-'))
    try {
      const file = join(folder, 'rehearsal.toml')
      writeFileSync(file, text)
      const { stdout } = await cli(['lab', 'run', file, '--json'])
      const { players } = JSON.parse(stdout) as { players: (Summary & { name: string })[] }
      expect(players.map(({ name }) => name)).toEqual(['chrony-debian makestep 1 -1', 'none'])
      const said = MEASURES.map(({ title, text: textOf }) => [
        title,
        // JSON has no infinity.
        ...players.map(each => textOf(JSON.parse(JSON.stringify(each), (_, value) => value ?? Infinity))),
      ])
      expect(shown).toEqual(said)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

  test('a file of a real machine plays, what of it does not is said, and its scenario is accepted', async () => {
    const { tab } = await open('#/lab?story=pause-30s&play=none', {
      context: { permissions: ['clipboard-read', 'clipboard-write'] },
    })
    await whole(tab)
    const conf = readFileSync(
      fileURLToPath(new URL('../vectors/field-reports/001-ntp.conf', import.meta.url)),
      'utf8',
    )
    const transfer = await tab.evaluateHandle(
      `(() => {
        const transfer = new DataTransfer()
        transfer.items.add(new File([${JSON.stringify(`${conf}\nfrobnicate yes\n`)}], 'ntp.conf'))
        return transfer
      })()`,
    )
    await changed(tab, () => tab.dispatchEvent('.rehearsal', 'drop', { dataTransfer: transfer }))
    expect(await lines(tab)).toHaveLength(2)
    expect(await figure(tab).innerText()).toContain('ntp.conf')
    await tab.locator('.notes summary').click()
    expect(await tab.locator('.notes').innerText()).toMatch(/lines \d+ and \d+: no command of ntpd/)
    // With -x it slews: another line.
    const before = await lines(tab)
    await tab.locator('.players details summary', { hasText: 'Its configuration' }).click()
    await changed(tab, async () => {
      const options = tab.getByLabel('Options')
      await options.fill('-g -x')
      await options.press('Enter')
    })
    expect((await lines(tab))[1]).not.toBe(before[1])
    await tab.getByRole('button', { name: 'Copy as scenario file' }).click()
    await tab.getByRole('button', { name: 'copied' }).waitFor()
    const text = (await tab.evaluate('navigator.clipboard.readText()')) as string
    const folder = mkdtempSync(join(tmpdir(), 'clockwright-lab-'))
    try {
      writeFileSync(join(folder, 'rehearsal.toml'), text)
      const { code, stdout } = await cli(['lab', 'run', join(folder, 'rehearsal.toml'), '--seeds', '1'])
      expect(code).toBe(0)
      expect(stdout).toContain('ntp.conf')
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

  test('a configuration that asks more servers gets them, and who gets fewer is told so', async () => {
    const { tab } = await open('#/lab?story=pause-30s&play=none&pause=2h')
    await whole(tab)
    expect(await slider(tab, 'Length of the pause').getAttribute('aria-valuetext')).toBe('2.0 h')
    const servers = slider(tab, 'Servers')
    const field = tab.getByLabel('or paste or type it here')
    await changed(tab, async () => {
      await field.fill('server a.example\npool b.example\nmakestep 1 3\n')
      await field.blur()
    })
    await expect.poll(() => servers.inputValue()).toBe('5')
    await expect.poll(async () => (await queryOf(tab)).get('servers')).toBe('5')
    expect(await tab.locator('.few-servers').count()).toBe(0)
    await changed(tab, () => servers.press('ArrowLeft'))
    await expect
      .poll(() => tab.locator('.few-servers').innerText())
      .toContain('asks 5 servers, and this story has 4')
    const exactly = tab.getByLabel('Length of the pause, exactly')
    await exactly.fill('2d')
    await exactly.press('Enter')
    expect(await tab.locator('.refused').allInnerTexts()).toContain(
      '“2d” is not taken: write a value from 1.00 ms to 24.0 h',
    )
  })

  test('that a daemon does not start with its file stands beside it and over its figures', async () => {
    const { tab } = await open('#/lab?story=pause-30s&play=none')
    await whole(tab)
    const field = tab.getByLabel('or paste or type it here')
    await changed(tab, async () => {
      await field.fill('server a.example iburst # ours\nmakestep 1 3\n')
      await field.blur()
    })
    const said = tab.locator('.players .unstarted')
    await expect.poll(() => said.innerText()).toContain('chronyd does not start with line 1')
    // Not in a fold that is closed.
    expect(await said.isVisible()).toBe(true)
    await expect.poll(() => tab.locator('.figures thead').innerText()).toContain('does not start')
    await expectNoSidewaysScrolling(tab)
  })

  test('an empty file is said to be empty', async () => {
    const { tab } = await open('#/lab?story=pause-30s&play=none')
    await whole(tab)
    await tab.locator('.more input[type=file]').setInputFiles({
      name: 'empty.conf',
      mimeType: 'text/plain',
      buffer: Buffer.from('\n'),
    })
    await expect.poll(() => tab.getByRole('alert').allInnerTexts()).toContain('empty.conf is empty')
    const paste =
      'document.querySelector(".paste textarea").dispatchEvent(new ClipboardEvent("paste", { clipboardData: new DataTransfer(), bubbles: true }))'
    await tab.evaluate(paste)
    await expect.poll(() => tab.getByRole('alert').allInnerTexts()).toContain('pasted is empty')
  })

  test('what is nobody’s configuration is said to be so, and hostile text is text', async () => {
    const attack = '<img src=x onerror="window.harmed=1">'
    const hash = new URLSearchParams([
      ['story', 'pause-30s'],
      ['play', `file|${attack}|chrony||server 192.0.2.9 iburst\n# ${attack}\n${attack}\n`],
      ['play', attack],
      ['play', 'none'],
    ])
    const { tab } = await open(`#/lab?${hash}`)
    await whole(tab)
    expect(await figure(tab).innerText()).toContain(attack)
    const transfer = await tab.evaluateHandle(
      `(() => {
        const transfer = new DataTransfer()
        transfer.items.add(new File(['dear diary,\\nwhat a day'], ${JSON.stringify(`${attack}.txt`)}))
        return transfer
      })()`,
    )
    await tab.dispatchEvent('.rehearsal', 'drop', { dataTransfer: transfer })
    await tab.getByRole('alert').getByText('is no configuration of a time daemon').waitFor()
    expect(await tab.evaluate('window.harmed')).toBeUndefined()
    expect(await tab.locator('main img, main script').count()).toBe(0)
  })

  test('words of a link that mean nothing here are said, until something else is set up', async () => {
    const { tab } = await open(
      '#/lab?story=no-such-story&pauze=3&steal=0.5&play=chrony-debian%2Cfrobnicate%3D2&play=bananas&play=%407',
    )
    await whole(tab)
    const said = tab.getByRole('status').getByText('Of the link this is not understood')
    for (const word of [
      'story=no-such-story',
      'pauze=3',
      'steal=0.5',
      'frobnicate=2',
      'play=bananas',
      'play=@7',
    ])
      expect(await said.innerText()).toContain(`“${word}”`)
    expect(await lines(tab)).toHaveLength(1)
    await tab.getByLabel('Story').selectOption({ label: 'A clock that is 2000 ppm fast' })
    await said.waitFor({ state: 'detached' })
    const { tab: other } = await open('#/lab?story=pause-4s&play=none')
    await whole(other)
    expect(await other.getByText('not understood here').count()).toBe(0)
  })

  test('where nobody can be played there is no file and no command', async () => {
    const { tab } = await open('#/lab?story=pause-30s&play=file%7Cc%7Cchrony%7C%7Cmakestep%201%203')
    await tab.locator('.share', { hasText: 'no scenario file and no command' }).waitFor()
    expect(await tab.getByRole('button', { name: 'Save it' }).count()).toBe(0)
    expect(await tab.locator('.share .command').count()).toBe(0)
    await changed(tab, () => tab.getByRole('button', { name: 'Compare with another' }).click())
    await tab.getByRole('button', { name: 'Save it' }).waitFor()
  })

  test('a configuration can be typed: it plays when it is done, and stays where it is not understood', async () => {
    const { tab } = await open('#/lab?story=pause-30s&play=none')
    await whole(tab)
    const field = tab.locator('.paste textarea')
    await field.pressSequentially('dear diary')
    expect(await field.inputValue()).toBe('dear diary')
    await field.blur()
    await tab.getByRole('alert').getByText('typed is no configuration').waitFor()
    expect(await field.inputValue()).toBe('dear diary')
    await field.fill('server 192.0.2.1 iburst\nmakestep 1 -1\n')
    await changed(tab, () => field.blur())
    expect(await figure(tab).innerText()).toContain('typed')
    expect(await field.inputValue()).toBe('')
    expect(await tab.getByText('could be of several daemons').count()).toBe(0)
    await field.fill('server 192.0.2.1 iburst\n')
    await changed(tab, () => field.blur())
    await tab.getByText('could be of several daemons and is taken for chrony;').waitFor()
  })

  test('all stories that are installed can be chosen, with whom they bring', async () => {
    const { tab } = await open('#/lab?play=none')
    await whole(tab)
    const story = tab.getByLabel('Story')
    expect(await story.locator('option').count()).toBe(installedScenarios().length + 1)
    await tab.goto(`${tab.url().split('#')[0]}#/lab?story=pause-4s`)
    await whole(tab, 1)
    expect(await lines(tab)).toHaveLength(5)
    await tab.locator('.players summary', { hasText: 'Its configuration' }).first().click()
    expect(await tab.locator('.told').first().innerText()).toContain('ntpd-4.2.6p5 -g -x\nserver 192.0.2.1')
    await changed(tab, () => tab.getByRole('button', { name: 'Change it' }).first().click())
    expect(await lines(tab)).toHaveLength(5)
    await changed(tab, () => story.selectOption({ label: 'A clock that is 2000 ppm fast' }))
    await expect.poll(async () => (await queryOf(tab)).get('story')).toBe('fast-clock')
  })

  test('each moment can be read, with the arrow keys too', async () => {
    const { tab } = await open('#/lab?play=chrony-debian&play=none', { size: PHONE })
    await whole(tab)
    await tab.locator('.course .canvas').focus()
    await tab.keyboard.press('ArrowLeft')
    const readout = tab.locator('.course .readout')
    expect(await readout.innerText()).toMatch(/1[12]\.\d h into the story[\s\S]*chrony-debian[\s\S]*±/)
    const before = await readout.innerText()
    await tab.keyboard.press('Shift+ArrowRight')
    expect(await readout.innerText()).not.toBe(before)
    await tab.keyboard.press('Escape')
    expect(await readout.count()).toBe(0)
    await expectNoSidewaysScrolling(tab)
  })

  test('Tab reaches everything that is to be seen, and one sees where one is', async () => {
    const { tab } = await open('#/lab?play=ntpd-4.2.8&play=chrony-debian%2Cpolls%3D4..6')
    await whole(tab)
    for (const summary of await tab.locator('.players summary').all()) await summary.click()
    await tab.locator('body').evaluate('document.activeElement.blur()')
    const targets = (await tab.evaluate(
      `[...document.querySelectorAll('a[href],button:not(:disabled),input,select,textarea,summary,[tabindex="0"]')]
        .filter(each => each.checkVisibility()).length`,
    )) as number
    expect(targets).toBeGreaterThan(45)
    const seen = new Set<string>()
    for (let i = 0; i < targets + 1; i++) {
      await tab.keyboard.press('Tab')
      const [which, outline] = (await tab.evaluate(
        `(() => {
          const e = document.activeElement
          // A file is chosen by a button that only its words are seen of.
          const shown = e.matches('.unseen') ? e.parentElement : e
          return [String([...document.querySelectorAll('*')].indexOf(e)), e === document.body ? 'none of the page' : getComputedStyle(shown).outlineStyle]
        })()`,
      )) as [string, string]
      expect(outline, which).not.toBe('none')
      if (outline !== 'none of the page') seen.add(which)
    }
    expect(seen.size).toBe(targets)
  })

  test('while somebody drags the picture moves on, and the last one is that of where he lets go', async () => {
    const { tab } = await open('#/lab?play=chrony-debian', { size: DESKTOP })
    await whole(tab)
    const pause = slider(tab, 'Length of the pause')
    // One change after the other: from the key to the picture of 24 h.
    const took: number[] = []
    for (let i = 0; i < 12; i++) {
      await changed(tab, () => pause.press('ArrowRight'))
      await tab.waitForTimeout(50)
      took.push(await numberOf(tab, 'data-ms'))
    }
    await tab.evaluate(`(() => {
      window.pictures = 0
      const line = document.querySelector('.course .series')
      new MutationObserver(changes => (window.pictures += changes.length)).observe(line, { attributeFilter: ['d'] })
    })()`)
    const { x, y, width, height } = (await pause.boundingBox())!
    await tab.mouse.move(x + 0.2 * width, y + height / 2)
    await tab.mouse.down()
    for (let i = 0; i <= 60; i++) await tab.mouse.move(x + (0.2 + 0.01 * i) * width, y + height / 2)
    const during = await tab.evaluate('window.pictures')
    await tab.mouse.up()
    // Until the address has followed, too.
    await tab.waitForTimeout(1000)
    await whole(tab)
    const drawn = await lines(tab)
    const sorted = took.toSorted((a, b) => a - b)
    console.info(
      `lab, 24 h, one player: a change is seen after ${sorted[6]} ms (median of 12; ${sorted[0]} to ${sorted[11]} ms); ${during} pictures during a drag of 60 moves`,
    )
    expect(during).toBeGreaterThan(1)
    // Far beyond what it takes, on a machine that has much else to do.
    expect(sorted[6]).toBeLessThan(5000)
    // Nothing of what was dropped is left.
    await tab.reload()
    await whole(tab)
    expect(await lines(tab)).toEqual(drawn)
  })
})
