/** A configuration of one's own: chosen, pasted, typed, or dropped anywhere on the view. It is read here and sent nowhere. */
import { signal } from '@preact/signals'
import type { JSX } from 'preact'
import { addFile } from './state.ts'

const MOST_BYTES = 100_000
/** A byte order mark is to be seen: some daemons do not start with it. */
const EACH_SIGN = new TextDecoder('utf-8', { ignoreBOM: true })
const why = signal<string | undefined>(undefined)

export async function takeFiles(files: Iterable<File>): Promise<void> {
  for (const file of files)
    why.value =
      file.size > MOST_BYTES
        ? `${file.name} is too long for a configuration`
        : await addFile(file.name, EACH_SIGN.decode(await file.arrayBuffer()))
}

/** Whether it plays. */
async function takeText(name: string, text: string): Promise<boolean> {
  why.value = await addFile(name, text.slice(0, MOST_BYTES))
  return why.value === undefined
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
      or paste or type it here
      <textarea
        rows={1}
        spellcheck={false}
        onPaste={event => {
          event.preventDefault()
          void takeText('pasted', event.clipboardData?.getData('text') ?? '')
        }}
        onChange={async event => {
          // What is typed is read when somebody is done with it, and stays until it is understood.
          const field = event.currentTarget
          if (field.value.trim() === '') return
          if (await takeText('typed', field.value)) field.value = ''
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
