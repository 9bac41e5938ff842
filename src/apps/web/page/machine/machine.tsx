/** Machine: what is wrong with the set-up of this machine's time, who sets its clock, and every fact with its place. */

import type { JSX } from 'preact'
import { whenItSets } from '#report/words/setter.ts'
import type { MachineCheck } from './check.ts'
import { Checked } from './checked.tsx'
import { FindingCard } from './finding.tsx'

export const Machine = (): JSX.Element => (
  <Checked title="Is this machine set up to keep time?" show={check => <Examined check={check} />} />
)

const VERDICTS = {
  good: 'Nothing is wrong with its set-up.',
  note: 'Nothing is wrong with its set-up.',
  warning: 'Something should be changed.',
  critical: 'Something is seriously wrong.',
} as const

function Examined({ check }: { check: MachineCheck }): JSX.Element {
  const troubles = check.findings.filter(({ severity }) => severity !== 'note')
  const notes = check.findings.filter(({ severity }) => severity === 'note')
  return (
    <>
      <p class="judged">{VERDICTS[check.verdict]}</p>
      {troubles.map((finding, i) => (
        <FindingCard key={`${finding.name} ${i}`} finding={finding} open={i === 0} />
      ))}
      {notes.length > 0 && <h2>Also noticed</h2>}
      {notes.map((finding, i) => (
        <FindingCard key={`${finding.name} ${i}`} finding={finding} open={false} />
      ))}
      <Setters setters={check.setters} />
      <h2>Facts</h2>
      <p class="aside">Each with the place where it was read, so that it can be confirmed.</p>
      {check.summary
        .filter(({ rows }) => rows.length > 0)
        .map(({ title, rows }) => (
          <details key={title} class="facts" open={title === 'Machine' || title === 'Clock'}>
            <summary>{title}</summary>
            <table>
              <tbody>
                {rows.map(({ fact, value, place }, i) => (
                  <tr key={`${fact} ${i}`}>
                    <th scope="row">{fact}</th>
                    <td>{value}</td>
                    <td class="place" title={place?.text}>
                      {place ? `${place.path}${place.line ? `:${place.line}` : ''}` : ''}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </details>
        ))}
    </>
  )
}

function Setters({ setters }: { setters: MachineCheck['setters'] }): JSX.Element {
  return (
    <>
      <h2>Who sets this clock?</h2>
      {setters.length === 0 ? (
        <p>Nobody.</p>
      ) : (
        <table class="setters">
          <tbody>
            {setters.map(({ name, does, evidence: [first], ...setter }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{does === 'yes' ? whenItSets(setter) : `could, ${whenItSets(setter)}`}</td>
                <td class="place">{first ? `${first.path}: ${first.text}` : ''}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  )
}
