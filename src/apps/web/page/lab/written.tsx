/** A field for a value that may be written as one likes. What is no value is not taken, and it is said that it was not. */
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'

interface Props {
  readonly text: string
  /** False when what was written is no value. */
  readonly onWrite: (written: string) => boolean
  readonly label?: string
  readonly exactly?: boolean
  /** What would be taken, in words. */
  readonly wanted?: string
}

export function Written({ text, onWrite, label, exactly = false, wanted }: Props): JSX.Element {
  const [refused, setRefused] = useState('')
  return (
    <>
      <input
        type="text"
        class={exactly ? 'exactly' : undefined}
        aria-label={label}
        value={text}
        onChange={event => {
          const field = event.currentTarget
          const written = field.value
          const taken = onWrite(written)
          setRefused(taken ? '' : written)
          if (!taken) field.value = text
        }}
      />
      <small role="status" class="refused">
        {refused === ''
          ? ''
          : `“${refused.slice(0, 20)}” is not taken${wanted === undefined ? '' : `: write a value ${wanted}`}`}
      </small>
    </>
  )
}
