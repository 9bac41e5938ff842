/** What is known at this moment: the verdict first, then what it rests on, then what others say. */
import type { JSX } from 'preact'
import { ago } from '#report/words/say.ts'
import { verdict } from '#report/words/verdict.ts'
import { ageOf, status } from '../live.ts'
import { Value } from '../shell/value.tsx'
import { Recent } from './recent.tsx'
import { Ruler } from './ruler.tsx'
import { Spark } from './spark.tsx'

export function Now(): JSX.Element {
  const { clock, machine, losses, kernelClock } = status.value!
  const { tone, state, sentence, details } = verdict(status.value!, ageOf(clock.measuredAt))
  return (
    <>
      <section class="verdict" aria-label="Verdict">
        <p class={`state ${tone}`}>{state}</p>
        <h1>{sentence.map((part, i) => (i % 2 === 1 ? <strong key={i}>{part}</strong> : part))}</h1>
        {details.map(detail => (
          <p key={detail} class="detail">
            {detail}
          </p>
        ))}
      </section>
      {clock.offset !== null && clock.errorBound !== null ? (
        <div class="pictures">
          <Ruler offset={clock.offset} errorBound={clock.errorBound} sources={clock.sources} />
          <Spark />
        </div>
      ) : null}
      <div class="columns">
        <section aria-labelledby="measured">
          <h2 id="measured">
            Measured here <span class="when">{clock.measuredAt ? ago(ageOf(clock.measuredAt)) : ''}</span>
          </h2>
          <dl class="numbers">
            <Row title="Offset">
              <Value of="clock.offset" />{' '}
              {clock.errorBound === null ? '' : <Value of="clock.errorBound" class="soft" />}
            </Row>
            <Row title="Frequency error">
              <Value of="clock.frequencyError" />{' '}
              {clock.frequencyErrorBound === null ? (
                ''
              ) : (
                <Value of="clock.frequencyErrorBound" class="soft" />
              )}
            </Row>
            <Row title="Jitter">
              <Value of="clock.jitter" />
            </Row>
            <Row title="Root delay">
              <Value of="clock.rootDelay" />
            </Row>
            <Row title="Root dispersion">
              <Value of="clock.rootDispersion" />
            </Row>
            <Row title="Stratum">
              <Value of="clock.stratum" />
            </Row>
            <Row title="Reference">
              <Value of="clock.refid" />
            </Row>
            <Row title="Leap">
              <Value of="clock.leap" />
            </Row>
          </dl>
        </section>
        <section aria-labelledby="machine">
          <h2 id="machine">This machine</h2>
          <dl class="numbers">
            <Row title="Host">{machine.hostname}</Row>
            <Row title="Hypervisor">
              <Value of="machine.hypervisor" />
            </Row>
            <Row title="Clock source">
              <Value of="machine.clocksource" />
            </Row>
            <Row title="Who sets it">
              <Value of="machine.timekeepers" />
            </Row>
            <Row title="Kernel">
              <Value of="machine.kernel" />
            </Row>
            <Row title="CPUs">
              <Value of="machine.cpus" />
            </Row>
          </dl>
        </section>
        <section class="hearsay" aria-labelledby="kernel">
          <h2 id="kernel">
            What the kernel believes <span class="when">{ago(ageOf(clock.now))}</span>
          </h2>
          {kernelClock ? (
            <>
              <p class="aside">Told to it by whoever disciplines the clock. Hearsay, not a measurement.</p>
              <dl class="numbers">
                <Row title="Synchronised">
                  <Value of="kernel.synchronised" />
                </Row>
                <Row title="Correction">
                  <Value of="kernel.frequency" />
                </Row>
                <Row title="Still to slew">
                  <Value of="kernel.offset" />
                </Row>
                <Row title="Maximum error">
                  <Value of="kernel.maxError" />
                </Row>
                <Row title="Estimated error">
                  <Value of="kernel.estError" />
                </Row>
                <Row title="TAI − UTC">
                  <Value of="kernel.taiOffset" />
                </Row>
                <Row title="Status bits">
                  <Value of="kernel.status" class="small" />
                </Row>
              </dl>
            </>
          ) : (
            <p class="aside">The kernel's clock could not be read here.</p>
          )}
        </section>
      </div>
      <div class="columns two">
        <Recent />
        <section aria-labelledby="losses">
          <h2 id="losses">What cannot be done here</h2>
          {losses.length === 0 ? (
            <p class="aside">Nothing is missing.</p>
          ) : (
            <ul class="losses">
              {losses.map(loss => (
                <li key={loss.name}>{loss.text}</li>
              ))}
            </ul>
          )}
          <h2 class="later">Where the sources come from</h2>
          <p class="aside">{status.value!.sourcesFrom}</p>
        </section>
      </div>
    </>
  )
}

const Row = ({
  title,
  children,
}: {
  title: string
  children: JSX.Element | string | (JSX.Element | string)[]
}) => (
  <div>
    <dt>{title}</dt>
    <dd>{children}</dd>
  </div>
)
