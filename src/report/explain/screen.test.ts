/** The first screen of `clockwright analyze`, where there is nothing to draw. */
import { expect, test } from 'vitest'
import { explain } from '../../../test/support/explain.ts'
import { plain } from '../style.ts'
import { explainScreen } from './screen.ts'

test('rows in which nothing was measured make no plot', () => {
  const host = explain(
    ...Array.from(
      { length: 20 },
      (_, i) => `61557 ${64 * i}.010 192.0.2.1 9014 0.000000000 0.000000000 11.939532669 0.000000119`,
    ),
  )
  const text = explainScreen(host, { brief: false, columns: 80, fileNames: ['peerstats'] }, plain)
  expect(text).not.toContain('offset against')
})
