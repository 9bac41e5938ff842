/** Who is asked, what each says, and why it is believed or not. */
import type { JSX } from 'preact'
import type { SourceBody } from '#report/bodies.ts'
import { ago, plural, UNKNOWN } from '#report/words/say.ts'
import { ORDER, STATES } from '#report/words/states.ts'
import { isUsed } from '#report/words/verdict.ts'
import { go, place, toggled } from '../go.ts'
import { ageOf, status } from '../live.ts'
import { StateMark } from '../shell/marks.tsx'
import { Value } from '../shell/value.tsx'
import { keyOf, labelOf } from '../words/quantities.ts'
import { Agreement } from './agreement.tsx'
import { Detail } from './detail.tsx'
import { Reach } from './reach.tsx'

export function Sources(): JSX.Element {
  const { clock, sourcesFrom } = status.value!
  const sorted = [...clock.sources].sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state))
  const used = sorted.filter(isUsed).length
  return (
    <>
      <section class="sources-head">
        <h1>
          {sorted.length === 0 ? (
            'There is no source.'
          ) : (
            <>
              <strong>{used === 0 ? 'None' : used === sorted.length ? 'All' : used}</strong> of{' '}
              {plural(sorted.length, 'source')} {used === 1 ? 'is' : 'are'} believed.
            </>
          )}
        </h1>
        <p class="detail">{sourcesFrom}</p>
      </section>
      {sorted.length > 0 ? (
        <>
          <Agreement clock={clock} sources={sorted} />
          <div class="table-frame">
            <table class="sources">
              <thead>
                <tr>
                  <th scope="col">Source</th>
                  <th scope="col">Offset</th>
                  <th scope="col">Delay</th>
                  <th scope="col">Jitter</th>
                  <th scope="col">Stratum</th>
                  <th scope="col">Leap</th>
                  <th scope="col">Follows</th>
                  <th scope="col">Reach</th>
                  <th scope="col">Poll</th>
                  <th scope="col">Last sample</th>
                </tr>
              </thead>
              {sorted.map(source => (
                <Rows key={keyOf(source)} source={source} />
              ))}
            </table>
          </div>
        </>
      ) : null}
    </>
  )
}

function Rows({ source }: { source: SourceBody }): JSX.Element {
  const key = keyOf(source)
  const open = place.value.open.includes(key)
  const id = `detail-${key.replaceAll(/[^\w-]/g, '_')}`
  return (
    <tbody class={`source ${source.state}`}>
      <tr>
        <th scope="row" data-title="Source">
          <button
            type="button"
            class="open"
            aria-expanded={open}
            aria-controls={id}
            title={open ? 'Hide the details' : 'Show every packet test and more'}
            onClick={() => go({ open: toggled(place.value.open, key) }, 'replace')}
          >
            <StateMark state={source.state} />
            <span class="name">{labelOf(source, status.value!.clock.sources)}</span>
            <span class="chevron" aria-hidden="true" />
          </button>
          <span class="why">
            <strong>{STATES[source.state].word}</strong>: {source.reasonText}
          </span>
        </th>
        <Cell title="Offset">
          <Value of="source.offset" source={source} />
          <Value of="source.rootDistance" source={source} class="soft" />
        </Cell>
        <Cell title="Delay">
          <Value of="source.delay" source={source} />
        </Cell>
        <Cell title="Jitter">
          <Value of="source.jitter" source={source} />
        </Cell>
        <Cell title="Stratum">
          <Value of="source.stratum" source={source} />
        </Cell>
        <Cell title="Leap">
          <Value of="source.leap" source={source} />
        </Cell>
        <Cell title="Follows">
          <Value of="source.refid" source={source} />
        </Cell>
        <Cell title="Reach">
          <Reach source={source} />
        </Cell>
        <Cell title="Poll">
          <Value of="source.poll" source={source} />
        </Cell>
        <Cell title="Last sample">
          <span class="age">{source.measuredAt ? ago(ageOf(source.measuredAt)) : UNKNOWN}</span>
        </Cell>
      </tr>
      {open ? (
        <tr class="detail-row">
          <td colSpan={10} id={id}>
            <Detail source={source} />
          </td>
        </tr>
      ) : null}
    </tbody>
  )
}

const Cell = ({ title, children }: { title: string; children: JSX.Element | JSX.Element[] }) => (
  <td data-title={title}>{children}</td>
)
