/** One finding: what is so; and on demand how that is known, why, what it costs and what to do. */
import type { JSX } from 'preact'
import type { MachineCheck } from './check.ts'

type Finding = MachineCheck['findings'][number]

/** Told by their shape, too, for those who do not see colours apart. */
const MARKS = { good: '✓', note: 'i', warning: '!', critical: '✕' } as const

export const FindingCard = ({ finding, open }: { finding: Finding; open: boolean }): JSX.Element => (
  <details class={`finding ${finding.severity}`} open={open}>
    <summary>
      <span class="mark" role="img" aria-label={finding.severity}>
        {MARKS[finding.severity]}
      </span>
      <span>
        <strong>{finding.name}</strong> {finding.what}
      </span>
    </summary>
    <dl>
      <dt>Seen</dt>
      <dd>
        <ul>
          {finding.evidence.map(({ text, file, line }, i) => (
            <li key={i}>
              <code>{text}</code>{' '}
              {file !== null && (
                <span class="place">
                  {file}
                  {line === null ? '' : `:${line}`}
                </span>
              )}
            </li>
          ))}
        </ul>
      </dd>
      {finding.causes.length > 0 && <dt>Because</dt>}
      {finding.causes.map(({ what, why }) => (
        <dd key={what}>
          {what}: {why}
        </dd>
      ))}
      <dt>Costs</dt>
      <dd>{finding.cost}</dd>
      <dt>Do</dt>
      <dd>
        {finding.remedy.text}
        {finding.remedy.changes.length > 0 && <pre>{finding.remedy.changes.join('\n')}</pre>}
      </dd>
      <dt>Confirm</dt>
      <dd>{finding.confirm}</dd>
    </dl>
  </details>
)
