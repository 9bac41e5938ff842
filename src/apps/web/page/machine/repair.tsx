/** Repair: the plan, to be read. It is carried out in a terminal only, by somebody who may. */
import type { JSX } from 'preact'
import type { MachineCheck } from './check.ts'
import { Checked } from './checked.tsx'

export const Repair = (): JSX.Element => (
  <Checked title="What would put it right?" show={({ plan }) => <Plan plan={plan} />} />
)

type PlanOf = MachineCheck['plan']

function Plan({ plan }: { plan: PlanOf }): JSX.Element {
  const { steps, advice } = plan
  if (steps.length === 0 && advice.length === 0) return <p class="judged">Nothing is to be repaired.</p>
  return (
    <>
      {steps.length > 0 && (
        <p>
          Nothing happens here: this is to be read. In a terminal of this machine,{' '}
          <code>clockwright repair --apply --plan {plan.plan}</code> does exactly this, step by step, and{' '}
          <code>clockwright repair undo</code> takes it back.
        </p>
      )}
      {steps.length > 0 && (
        <ol class="plan">
          {steps.map(step => (
            <li key={step.title}>
              <h2>{step.title}</h2>
              <ul class="why">
                {step.reasons.map(({ finding, text }) => (
                  <li key={finding + text}>
                    <strong>{finding}</strong> {text}
                  </li>
                ))}
              </ul>
              <pre class="change">
                {step.shown.map((line, i) => (
                  <span key={i} class={KINDS[line[0] ?? ''] ?? ''}>
                    {`${line}\n`}
                  </span>
                ))}
              </pre>
              <dl>
                <dt>Risk</dt>
                <dd>{step.risk}</dd>
                <dt>Proof</dt>
                <dd>{step.proven}</dd>
                <dt>Undo</dt>
                <dd>{step.undone}</dd>
              </dl>
            </li>
          ))}
        </ol>
      )}
      {advice.length > 0 && <h2>What only somebody else, or you by hand, can do</h2>}
      {advice.map(({ title, reasons, where, lines }) => (
        <section key={title} class="advice">
          <h3>{title}</h3>
          {reasons.map(({ finding, text }) => (
            <p key={finding}>
              <strong>{finding}</strong> {text}
            </p>
          ))}
          {lines.length > 0 && <pre>{lines.join('\n')}</pre>}
          <p class="aside">{where}</p>
        </section>
      ))}
    </>
  )
}

/** Of a line of a diff. */
const KINDS: Readonly<Record<string, string>> = { '+': 'added', '-': 'gone', '@': 'where' }
