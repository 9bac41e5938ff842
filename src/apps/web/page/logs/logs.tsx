/** Logs of any machine, explained here: files are dropped, read in a worker, and go nowhere. */
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { chosen, dropped } from './dropped.ts'
import { Report } from './report.tsx'
import { read, reading } from './state.ts'

export function Logs(): JSX.Element {
  const [over, setOver] = useState(false)
  const now = reading.value
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: what can be dropped can be chosen with the buttons, too
    <div
      class="drop"
      data-over={over}
      onDragOver={event => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={async event => {
        event.preventDefault()
        setOver(false)
        if (event.dataTransfer) read(await dropped(event.dataTransfer))
      }}
    >
      <div class="give">
        <h1>What happened to a clock?</h1>
        <p>
          Drop logs of ntpd or chronyd here, of this machine or any other: files, or a folder for each host.
          They are read in this browser; nothing is sent anywhere.
        </p>
        <p class="choose">
          <Choose text="Choose files" folder={false} />
          <Choose text="Choose a folder" folder={true} />
        </p>
      </div>
      {now.kind === 'progress' && (
        <p role="status">
          <progress max={now.of} value={now.bytes} aria-label="Reading" /> {now.file}
        </p>
      )}
      {now.kind === 'failed' && <p role="alert">They could not be read: {now.why}</p>}
      {now.kind === 'done' && <Report report={now.report} curves={now.curves} />}
    </div>
  )
}

const Choose = ({ text, folder }: { text: string; folder: boolean }): JSX.Element => (
  <label>
    {text}
    <input
      type="file"
      class="unseen"
      multiple
      {...(folder ? { webkitdirectory: true } : {})}
      onChange={event => {
        const { files } = event.currentTarget
        if (files) read(chosen(files))
        event.currentTarget.value = ''
      }}
    />
  </label>
)
