/** Everything else about one source: its numbers, its exchanges, and every packet test with its count. */
import type { JSX } from 'preact'
import { PACKET_REFUSALS, type PacketRefusal } from '#core/ntp/refusal.ts'
import { parseDecimal } from '#core/time/format.ts'
import type { SourceBody } from '#report/bodies.ts'
import { span, UNKNOWN } from '#report/words/say.ts'
import { Value } from '../shell/value.tsx'
import { SOURCE_QUANTITIES, type SourceKey } from '../words/quantities.ts'
import { utc } from '../words/time.ts'

const SHOWN: readonly SourceKey[] = [
  'source.counts',
  'source.stampedBy',
  'source.dispersion',
  'source.rootDelay',
  'source.rootDispersion',
  'source.rootDistance',
]

export function Detail({ source }: { source: SourceBody }): JSX.Element {
  const { address, port, version, nextPollIn, referenceTime } = source
  return (
    <div class="details">
      <dl class="numbers">
        <div>
          <dt>Address</dt>
          <dd>
            {port === 123 ? address : address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`}
          </dd>
        </div>
        <div>
          <dt>NTP version</dt>
          <dd>{version ?? UNKNOWN}</dd>
        </div>
        {SHOWN.map(key => (
          <div key={key}>
            <dt>{SOURCE_QUANTITIES[key].title}</dt>
            <dd>
              <Value of={key} source={source} />
            </dd>
          </div>
        ))}
        <div>
          <dt>Next request</dt>
          <dd>{nextPollIn === null ? UNKNOWN : `in ${span(nextPollIn)}`}</dd>
        </div>
        <div>
          <dt>It was last set</dt>
          <dd>
            {referenceTime === null ? UNKNOWN : `${utc(Number(parseDecimal(referenceTime)!) / 1e9)} UTC`}
          </dd>
        </div>
      </dl>
      <PacketTests source={source} />
    </div>
  )
}

function PacketTests({ source }: { source: SourceBody }): JSX.Element {
  const tests = Object.keys(PACKET_REFUSALS) as PacketRefusal[]
  const count = (test: PacketRefusal) => source.refusals[test] ?? 0
  const failed = tests.filter(test => count(test) > 0).sort((a, b) => count(b) - count(a))
  return (
    <section>
      <h3>
        Packet tests{' '}
        <span class="aside">
          {failed.length === 0
            ? 'every reply passed all of them'
            : 'replies turned away, by the test that did it'}
        </span>
      </h3>
      <table class="tests">
        <tbody>
          {[...failed, ...tests.filter(test => !failed.includes(test))].map(test => (
            <tr key={test} class={failed.includes(test) ? 'failed' : undefined}>
              <td class="count">{count(test)}</td>
              <th scope="row">
                <code>{test}</code>
                {source.lastRefusal === test ? <span class="aside"> the last one</span> : null}
              </th>
              <td>{PACKET_REFUSALS[test]}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
