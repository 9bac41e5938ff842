/** The last eight requests as eight dots, the newest at the right, full where an answer came. */
import type { JSX } from 'preact'
import type { SourceBody } from '#report/bodies.ts'
import { go } from '../go.ts'
import { keyOf, SOURCE_QUANTITIES } from '../words/quantities.ts'

export function Reach({ source }: { source: SourceBody }): JSX.Element {
  const answered = SOURCE_QUANTITIES['source.reach'].text(source)
  return (
    <button
      type="button"
      class="value reach"
      aria-label={`${answered} requests answered`}
      aria-haspopup="dialog"
      title={`${answered} requests answered, the newest at the right`}
      onClick={() => go({ panel: 'source.reach', about: keyOf(source) }, 'replace')}
    >
      <svg viewBox="0 0 80 10" width="72" height="9" aria-hidden="true">
        {[7, 6, 5, 4, 3, 2, 1, 0].map((bit, i) => (
          <circle
            key={bit}
            class={(source.reach >> bit) & 1 ? 'heard' : 'missed'}
            cx={5 + 10 * i}
            cy="5"
            r="3.4"
          />
        ))}
      </svg>
    </button>
  )
}
