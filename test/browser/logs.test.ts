/** Logs that are given to the page: read in a worker, explained, and sent to nobody. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { zstdCompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { expectNoSidewaysScrolling, inBrowser, WIDTHS } from './browser.ts'

const logs = (name: string) => fileURLToPath(new URL(`../vectors/logs/${name}`, import.meta.url))

inBrowser('logs', open => {
  test.each(WIDTHS)('a folder is read and explained, on a %s', async (_, size) => {
    const { tab, page } = await open('#/logs', { size })
    const asked: string[] = []
    tab.on('request', request => asked.push(`${request.method()} ${new URL(request.url()).pathname}`))
    await tab.locator('input[webkitdirectory]').setInputFiles(logs('chrony-pauses'))
    const verdict = tab.locator('.report .verdict h1')
    await verdict.waitFor()
    expect(await verdict.innerText()).toMatch(/Critical\. The clock lost 47\.0 s/)
    await tab.locator('.report .frame canvas').first().waitFor()
    const report = await tab.locator('.report .finding').first().innerText()
    expect(report).toContain('makestep 1 -1')
    expect(report).toMatch(/chrony-pauses\/measurements\.log\.gz:\d+/)
    const line = tab.locator('.report .deviations .series').first()
    expect(await line.evaluate(each => each.ownerDocument.defaultView.getComputedStyle(each).fill)).toBe(
      'none',
    )
    await expectNoSidewaysScrolling(tab)

    await tab.locator('.report .frame').first().focus()
    const whole = await tab.locator('.report .readout').innerText()
    await tab.keyboard.press('+')
    expect(await tab.locator('.report .readout').innerText()).not.toBe(whole)

    // Another look at it finds it as it was.
    await tab.goto(`${page.url}#/now`)
    await tab.goto(`${page.url}#/logs`)
    await tab.locator('.report .frame canvas').first().waitFor()
    const others = asked.filter(
      each => !/^GET \/(logs-worker\.js|report\.css|favicon\.svg|api\/|$)/.test(each),
    )
    expect(others).toEqual([])
  })

  test('files that are dropped, whatever they are, are read or skipped with the reason', async () => {
    const { tab } = await open('#/logs')
    const files = {
      'peerstats.gz': readFileSync(`${logs('ntpd428-2000ppm')}/peerstats.gz`).toString('base64'),
      'loopstats.gz': readFileSync(`${logs('ntpd428-2000ppm')}/loopstats.gz`).toString('base64'),
      'notes.txt': Buffer.from('</script><img src=x onerror=alert(1)>\n').toString('base64'),
      'bad.xz': Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 1, 2]).toString('base64'),
      'some.bz2': Buffer.from('BZh9').toString('base64'),
      'torn.gz': readFileSync(`${logs('ntpd428-2000ppm')}/rawstats.gz`)
        .subarray(0, 5000)
        .toString('base64'),
    }
    const transfer = await tab.evaluateHandle(
      `(() => {
        const transfer = new DataTransfer()
        for (const [name, text] of Object.entries(${JSON.stringify(files)}))
          transfer.items.add(new File([Uint8Array.from(atob(text), each => each.charCodeAt(0))], name))
        return transfer
      })()`,
    )
    await tab.dispatchEvent('.drop', 'drop', { dataTransfer: transfer })
    await tab.locator('.report .verdict').waitFor()
    await tab.locator('.report summary', { hasText: 'Skipped' }).click()
    const text = await tab.locator('.report .sections').innerText()
    expect(text).toMatch(/notes\.txt\s+no line of it is understood/)
    expect(text).toMatch(/bad\.xz\s+it is damaged, or packed in a way that only the program xz knows/)
    expect(text).toMatch(/some\.bz2\s+a browser cannot unpack bzip2/)
    expect(text).toMatch(/torn\.gz\s+not read to its end/)
    expect(text).toContain('ntpd peerstats')
  })

  test('the words of several machines: who is in trouble comes first throughout, and no button leads to plots that are not there', async () => {
    const { tab } = await open('#/logs')
    const at = (minute: string, host: string, text: string) =>
      `Nov 21 ${minute}:05 ${host} chronyd[7]: ${text}`
    const text = [
      at('00:01', 'db1', 'chronyd version 4.2 starting (+CMDMON +NTP)'),
      at('00:01', 'web1', 'chronyd version 4.2 starting (+CMDMON +NTP)'),
      at('00:02', 'db1', 'Selected source 192.0.2.1'),
      at('00:02', 'web1', 'Selected source 192.0.2.1'),
      at('13:00', 'db1', "Can't synchronise: no selectable sources"),
      at('14:00', 'web1', 'System clock wrong by 4.310000 seconds'),
      at('23:00', 'db1', 'Source 192.0.2.1 offline'),
      at('23:01', 'web1', 'Source 192.0.2.1 offline'),
    ]
    const buffer = Buffer.from(`${text.join('\n')}\n`)
    await tab
      .locator('input[type=file]:not([webkitdirectory])')
      .first()
      .setInputFiles({ name: 'messages', mimeType: 'text/plain', buffer })
    await tab.locator('.report .verdict').first().waitFor()
    const titles = await tab.locator('.report h2').allInnerTexts()
    expect(titles.filter(each => each.startsWith('Findings'))).toEqual(['Findings: web1', 'Findings: db1'])
    expect(await tab.locator('.report button.show').count()).toBeGreaterThan(0)
    expect(await tab.locator('.report button.show:visible').count()).toBe(0)
  })

  test('archives are opened, packed or not, one in another: each host by itself', async () => {
    const { tab } = await open('#/logs')
    const folder = mkdtempSync(join(tmpdir(), 'clockwright-archives-'))
    try {
      const vectors = logs('.')
      const tar = (...words: string[]) => execFileSync('tar', words, { cwd: vectors })
      tar('czf', join(folder, 'web-1.tar.gz'), 'chrony-pauses')
      tar('cf', join(folder, 'inner.tar'), 'ntpd428-2000ppm')
      tar('cJf', join(folder, 'db-1.tar.xz'), 'ntpd426-esxi')
      tar('cf', join(folder, 'db-2.tar'), 'chrony-esxi')
      writeFileSync(join(folder, 'db-2.tar.zst'), zstdCompressSync(readFileSync(join(folder, 'db-2.tar'))))
      execFileSync('tar', ['cf', 'outer.tar', 'inner.tar'], { cwd: folder })
      const input = tab.locator('input[type=file]:not([webkitdirectory])').first()
      const given = ['web-1.tar.gz', 'db-1.tar.xz', 'db-2.tar.zst', 'outer.tar']
      await input.setInputFiles(given.map(name => join(folder, name)))
      await tab.locator('.report .verdict').first().waitFor()
      const text = await tab.locator('.report .sections').innerText()
      expect(text).toContain('chrony-pauses')
      expect(text).toContain('ntpd428-2000ppm')
      expect(text).toMatch(/web-1\/chrony-pauses\/measurements\.log\.gz:\d+/)
      expect(text).toMatch(/db-1\/ntpd426-esxi\/loopstats\s/)
      expect(text).toMatch(/db-2\/chrony-esxi\/tracking\.log\s/)
      expect(text).not.toMatch(/Skipped[\s\S]*(web-1|db-|outer)/)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
