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

test('a clock that is near the time at the end only is not there for good', () => {
  const screen = (offTo: number) =>
    explainScreen(
      explain(
        ...Array.from({ length: 200 }, (_, i) =>
          [1, 2, 3].map(
            server =>
              `61557 ${64 * i + server}.010 192.0.2.${server} 963a ${i % 10 === 0 && i <= offTo ? '0.0015' : '0.0001'}00000 0.010000000 0.001000000 0.000020000`,
          ),
        ).flat(),
      ),
      { brief: false, columns: 80, fileNames: ['peerstats'] },
      plain,
    )
  // The last sample that is off is the 51st of 200, each 64 s after the last; or the 191st.
  expect(screen(50)).toContain('; below 1 ms for good after 54 min')
  expect(screen(190)).toContain('; not below 1 ms for good')
})
