/** The panel at the side: what one number is and where it comes from, or the legend of words, marks and keys. */
import type { ComponentChildren, JSX } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import type { SourceBody, StatusBody } from '#report/bodies.ts'
import { ago } from '#report/words/say.ts'
import { go, place } from '../go.ts'
import { ageOf, status } from '../live.ts'
import { CLOCK_QUANTITIES, keyOf, type Quantity, SOURCE_QUANTITIES } from '../words/quantities.ts'
import { Legend } from './legend.tsx'

export function Panel(): JSX.Element | null {
  const { panel, about } = place.value
  const now = status.value
  if (!panel || !now) return null
  if (panel === 'legend')
    return (
      <Frame title="Words, marks and keys" name={panel}>
        <Legend />
      </Frame>
    )
  if (Object.hasOwn(CLOCK_QUANTITIES, panel)) {
    const quantity = CLOCK_QUANTITIES[panel as keyof typeof CLOCK_QUANTITIES]
    return (
      <Frame title={quantity.title} name={panel}>
        <Explanation quantity={quantity} of={now} />
      </Frame>
    )
  }
  const source = now.clock.sources.find(each => keyOf(each) === about)
  if (!source || !Object.hasOwn(SOURCE_QUANTITIES, panel)) return null
  const quantity = SOURCE_QUANTITIES[panel as keyof typeof SOURCE_QUANTITIES]
  return (
    <Frame title={`${quantity.title} of ${source.name}`} name={`${panel} ${about}`}>
      <Explanation quantity={quantity} of={source} />
    </Frame>
  )
}

const close = () => go({ panel: undefined, about: undefined }, 'replace')

/** Takes the focus when it opens and gives it back to where it came from. */
function Frame(props: { title: string; name: string; children: ComponentChildren }): JSX.Element {
  const button = useRef<HTMLButtonElement>(null)
  useLayoutEffect(() => {
    const before = document.activeElement
    button.current?.focus({ preventScroll: true })
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true })
    }
  }, [])
  return (
    <div class="panel" role="dialog" aria-label={props.title}>
      <div class="panel-top">
        <h2>{props.title}</h2>
        <button
          ref={button}
          type="button"
          class="quiet"
          onClick={close}
          aria-label="Close"
          title="Close (Esc)"
        >
          ×
        </button>
      </div>
      {props.children}
    </div>
  )
}

function Explanation<T extends StatusBody | SourceBody>({
  quantity,
  of,
}: {
  quantity: Quantity<T>
  of: T
}): JSX.Element {
  const at = quantity.at(of)
  const age = ageOf(at)
  const exact = quantity.exact?.(of)
  return (
    <>
      <p class="panel-value">{quantity.text(of)}</p>
      <p>{quantity.what}</p>
      <dl class="facts">
        <dt>Where it comes from</dt>
        <dd>{quantity.from(of)}</dd>
        <dt>How old it is</dt>
        <dd>{at ? `Measured or read ${ago(age)}.` : at === null ? 'Not measured yet.' : 'Counted live.'}</dd>
        {exact ? (
          <>
            <dt>Exactly</dt>
            <dd>
              <code>{exact}</code>
            </dd>
          </>
        ) : null}
        <dt>For programs</dt>
        <dd>
          <code>/api/status</code> → <code>{quantity.path}</code>
          {quantity.metric ? (
            <>
              <br />
              <code>/metrics</code> → <code>{quantity.metric}</code>
            </>
          ) : null}
        </dd>
      </dl>
    </>
  )
}
