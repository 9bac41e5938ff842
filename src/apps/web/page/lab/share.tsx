/** The same again: as a link, as a scenario file, and on the command line. */
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { go, place } from '../go.ts'
import { formatPlace } from '../place.ts'
import { commandFor, FILE } from './command.ts'
import { tooLongForLink } from './setup.ts'
import { asScenarioFile, nobodyPlays, refusals, seeds, setup, story } from './state.ts'

const SAID_MS = 1500

export function Share(): JSX.Element | null {
  const told = story.value
  if (!told) return null
  const command = commandFor({
    story: told.name,
    turned: setup.value.turned,
    chosen: setup.value.lanes,
    seeds: seeds.value,
  })
  const cut = tooLongForLink(setup.value)
  const nobody = nobodyPlays.value
  return (
    <section class="share" aria-labelledby="share">
      <h2 id="share">The same again</h2>
      <p class="more">
        {nobody ? null : (
          <>
            <Copy text="Copy as scenario file" what={asScenarioFile} />
            <button type="button" class="plain-button" onClick={() => void save()}>
              Save it
            </button>
          </>
        )}
        <Copy text="Copy link" what={async () => linkHere()} />
      </p>
      {cut === undefined ? null : (
        <p class="aside">
          The link does not carry the text of {cut}: it is too long.{nobody ? '' : ' The scenario file does.'}
        </p>
      )}
      {nobody ? (
        <p class="aside">
          Nobody here can be played, so there is no scenario file and no command that does it.
        </p>
      ) : (
        <p class="command">
          <code>{command}</code> <Copy text="copy" what={async () => command} />
        </p>
      )}
      {!nobody && command.includes(FILE) ? (
        <p class="aside">
          {FILE} is the scenario file from above. The same file and seeds give the same figures.
          {refusals.value.some(why => why !== undefined) ? ' Who cannot be played is not in it.' : ''}
        </p>
      ) : null}
    </section>
  )
}

function linkHere(): string {
  go({ rehearsal: setup.value }, 'replace')
  return `${location.origin}${location.pathname}${formatPlace({ ...place.value, panel: undefined, about: undefined })}`
}

async function save(): Promise<void> {
  const url = URL.createObjectURL(new Blob([await asScenarioFile()], { type: 'application/toml' }))
  const link = document.createElement('a')
  link.href = url
  link.download = FILE
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), SAID_MS)
}

/** Where the clipboard may not be written, what was to be copied is shown instead. */
function Copy({ text, what }: { text: string; what: () => Promise<string> }): JSX.Element {
  const [said, say] = useState<string>()
  const [shown, show] = useState<string>()
  return (
    <>
      <button
        type="button"
        class="plain-button"
        onClick={async () => {
          const copied = await what()
          try {
            await navigator.clipboard.writeText(copied)
            say('copied')
            setTimeout(() => say(undefined), SAID_MS)
          } catch {
            show(copied)
          }
        }}
      >
        {said ?? text}
      </button>
      {shown === undefined ? null : <textarea class="shown-text" rows={6} readOnly value={shown} />}
    </>
  )
}
