/** A number that can be asked about: hover for the short answer, press for all of it. */
import type { JSX } from 'preact'
import type { SourceBody, StatusBody } from '#report/bodies.ts'
import { ago } from '#report/words/say.ts'
import { go, place } from '../go.ts'
import { ageOf, status } from '../live.ts'
import {
  CLOCK_QUANTITIES,
  type ClockKey,
  keyOf,
  type Quantity,
  SOURCE_QUANTITIES,
  type SourceKey,
} from '../words/quantities.ts'

type Props = { readonly class?: string } & (
  | { readonly of: ClockKey }
  | { readonly of: SourceKey; readonly source: SourceBody }
)

export function Value(props: Props): JSX.Element | null {
  const now = status.value
  if (!now) return null
  if ('source' in props)
    return (
      <Asked
        name={props.of}
        quantity={SOURCE_QUANTITIES[props.of]}
        about={props.source}
        key_={keyOf(props.source)}
        class={props.class}
      />
    )
  return <Asked name={props.of} quantity={CLOCK_QUANTITIES[props.of]} about={now} class={props.class} />
}

function Asked<T extends StatusBody | SourceBody>(props: {
  name: string
  quantity: Quantity<T>
  about: T
  key_?: string
  class?: string | undefined
}): JSX.Element {
  const { name, quantity, about, key_ } = props
  const age = ageOf(quantity.at(about))
  const shown = place.value.panel === name && place.value.about === key_
  return (
    <button
      type="button"
      class={`value ${props.class ?? ''}`}
      aria-haspopup="dialog"
      aria-expanded={shown}
      title={`${quantity.title}: ${quantity.what}${age === undefined ? '' : ` ${ago(age)}.`}`}
      onClick={() => go({ panel: shown ? undefined : name, about: shown ? undefined : key_ }, 'replace')}
    >
      {quantity.text(about)}
    </button>
  )
}
