/** What the words, marks and keys mean. */
import type { JSX } from 'preact'
import { KIND_WORDS, MARKED } from '#report/words/event.ts'
import { ORDER, STATES } from '#report/words/states.ts'
import { EventMark, StateMark } from './marks.tsx'

const CLOCK_STATES = [
  ['Locked', 'Sources agree and are fresh.'],
  ['Holdover', 'They did; now the clock coasts at its last known rate, and the bound widens.'],
  ['Free running', 'Nothing is known of the clock.'],
] as const

const KIND_MEANING: Partial<Record<keyof typeof KIND_WORDS, string>> = {
  started: 'The agent was started; before it, nobody watched.',
  step: 'The clock was set: it jumped against the counter.',
  disruption: 'The machine stood still, was moved or restored.',
  notice: 'Something else worth knowing.',
}

const KEYS = [
  ['n  t  s  l  b', 'Now, Timeline, Sources, Logs, Lab'],
  ['?', 'this legend'],
  ['Esc', 'close the panel'],
  ['Tab, Enter', 'go to a number, explain it'],
  ['1 … 6', 'Timeline: 10 minutes … all'],
  ['f', 'Timeline: follow live'],
  ['+  −', 'Timeline: zoom in, out'],
  ['←  →', 'Timeline: earlier, later; in a plot, move the cursor; on a slider, turn it'],
] as const

export const Legend = (): JSX.Element => (
  <>
    <h3>Ahead and behind</h3>
    <p>
      Behind: the clock shows too early a time. Ahead: too late a time. In JSON an offset is positive when the
      clock is behind; in the metrics, as monitoring expects it, when it is ahead.
    </p>
    <h3>The clock</h3>
    <dl class="facts">
      {CLOCK_STATES.map(([word, meaning]) => (
        <>
          <dt>{word}</dt>
          <dd>{meaning}</dd>
        </>
      ))}
    </dl>
    <h3>Sources</h3>
    <ul class="plain">
      {ORDER.map(state => (
        <li key={state}>
          <StateMark state={state} /> <strong>{STATES[state].word}</strong>: {STATES[state].meaning}
        </li>
      ))}
    </ul>
    <h3>Marks in the plots</h3>
    <ul class="plain">
      {MARKED.map(kind => (
        <li key={kind}>
          <EventMark kind={kind} /> <strong>{KIND_WORDS[kind]}</strong>: {KIND_MEANING[kind]}
        </li>
      ))}
    </ul>
    <h3>Keys</h3>
    <dl class="facts keys">
      {KEYS.map(([key, meaning]) => (
        <>
          <dt>
            <kbd>{key}</kbd>
          </dt>
          <dd>{meaning}</dd>
        </>
      ))}
    </dl>
    <p>
      “{'–'}” means not known. It never stands for zero. All times are UTC by this machine's own clock, which
      may be wrong: that is what this page is about.
    </p>
  </>
)
