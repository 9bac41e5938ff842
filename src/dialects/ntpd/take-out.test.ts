import { expect, test } from 'vitest'
import { withoutName, withoutSetting } from './take-out.ts'

test('what else stands on the line stays, and a line on which nothing else stood goes', () => {
  expect(withoutSetting('tinker panic 0 step 0 # ours', 'step')).toBe('tinker panic 0 # ours')
  expect(withoutSetting('  tinker step 1e-3  # ours', 'step')).toBeUndefined()
  expect(withoutSetting('tinker stepout 900 step 10', 'step')).toBe('tinker stepout 900')
  expect(withoutName('disable ntp monitor', 'ntp')).toBe('disable monitor')
  expect(withoutName('disable ntp', 'ntp')).toBeUndefined()
})
