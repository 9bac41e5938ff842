/** What Machine and Repair have in common: that it takes some seconds, may fail, and can be asked again. */
import type { JSX } from 'preact'
import { useEffect } from 'preact/hooks'
import { checking, look, type MachineCheck } from './check.ts'

export function Checked(props: { title: string; show: (check: MachineCheck) => JSX.Element }): JSX.Element {
  useEffect(() => look(), [])
  const now = checking.value
  return (
    <>
      <div class="machine-head">
        <h1>{props.title}</h1>
        <button type="button" disabled={now?.kind === 'asking'} onClick={() => look(true)}>
          Look again
        </button>
      </div>
      {now === undefined || now.kind === 'asking' ? (
        <p role="status" class="waiting">
          Looking at this machine, asking its servers, playing a pause in the lab … some seconds.
        </p>
      ) : now.kind === 'failed' ? (
        <p role="alert">It could not be examined: {now.why}</p>
      ) : (
        props.show(now.check)
      )}
    </>
  )
}
