/** A configuration of one's own: chosen, pasted, or dropped anywhere on the view. It is read here and sent nowhere. */
import { signal } from '@preact/signals'
import type { JSX } from 'preact'
import { addFile } from './state.ts'

const MOST_BYTES = 100_000
const why = signal<string | undefined>(undefined)

export async function takeFiles(files: Iterable<File>): Promise<void> {
  for (const file of files)
    why.value =
      file.size > MOST_BYTES
        ? `${file.name} is too long for a configuration`
        : await addFile(file.name, await file.text())
}

export const OwnFile = (): JSX.Element => (
  <>
    <label class="plain-button">
      Your ntp.conf or chrony.conf
      <input
        type="file"
        class="unseen"
        onChange={event => {
          const { files } = event.currentTarget
          if (files) void takeFiles([...files])
          event.currentTarget.value = ''
        }}
      />
    </label>
    <label class="paste">
      or paste it here
      <textarea
        rows={1}
        spellcheck={false}
        onPaste={async event => {
          event.preventDefault()
          const text = event.clipboardData?.getData('text') ?? ''
          if (text.trim() !== '') why.value = await addFile('pasted', text.slice(0, MOST_BYTES))
        }}
        onInput={event => {
          // What is typed letter by letter is no configuration yet.
          event.currentTarget.value = ''
        }}
      />
    </label>
    {why.value === undefined ? null : (
      <span class="failure" role="alert">
        {why.value}
      </span>
    )}
  </>
)
