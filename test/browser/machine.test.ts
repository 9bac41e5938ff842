/** Machine and Repair: what a real check of a copied machine finds, shown; and nothing on the page that changes anything. */
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { toJson } from '#apps/cli/print.ts'
import { makePlan } from '#apps/repair/make-plan.ts'
import { encodeCheck } from '#report/machine/check.ts'
import { encodePlan } from '#report/machine/repair.ts'
import { examineHere } from '../repair/here.ts'
import { expectNoSidewaysScrolling, inBrowser, WIDTHS } from './browser.ts'

const ROOT = join(import.meta.dirname, '../vectors/machines/kvm-openstack-ntpd-gx/root')
let said: string

beforeAll(async () => {
  const checked = await examineHere(ROOT)
  said = toJson({ ...encodeCheck(checked), plan: encodePlan(makePlan(checked, ROOT)) })
}, 60_000)

inBrowser('machine', open => {
  test.each(WIDTHS)(
    'says what is wrong, who sets the clock, and where each fact was read, on a %s',
    async (_, size) => {
      const { tab } = await open('#/machine', { size, check: async () => said })
      await tab.locator('.judged').waitFor()
      expect(await tab.locator('.judged').innerText()).toBe('Something is seriously wrong.')
      const findings = await tab.locator('.finding summary').allInnerTexts()
      expect(findings.join('\n')).toContain('slew-only')
      const setters = await tab.locator('.setters').innerText()
      expect(setters).toContain('ntpd 4.2.6p5')
      expect(await tab.locator('.facts').first().innerText()).toContain('rain-ntp-test')
      await expectNoSidewaysScrolling(tab)
    },
  )

  test('a finding opens by keyboard', async () => {
    const { tab } = await open('#/machine', { check: async () => said })
    const finding = tab.locator('.finding', { hasText: 'slew-only' })
    await finding.locator('summary').focus()
    await tab.keyboard.press('Enter')
    expect(await finding.locator('dl').innerText()).toContain('/etc/sysconfig/ntpd:2')
  })

  test.each(WIDTHS)('shows the plan with its diffs, and no way to carry it out, on a %s', async (_, size) => {
    const { tab } = await open('#/repair', { size, check: async () => said })
    await tab.locator('.plan').waitFor()
    expect(await tab.locator('.plan .gone').allInnerTexts()).toContain('-OPTIONS="-g -x"\n')
    expect(await tab.locator('.plan .added').allInnerTexts()).toContain('+OPTIONS="-g"\n')
    expect(await tab.locator('main button').allInnerTexts()).toEqual(['Look again'])
    await expectNoSidewaysScrolling(tab)
  })

  test('a check that failed says why', async () => {
    const check = async () => {
      throw new Error('the disk is on fire')
    }
    const { tab } = await open('#/machine', { check, forgive: /503/ })
    expect(await tab.locator('[role=alert]').innerText()).toContain('the disk is on fire')
  })
})
