/** A configuration file that plays: whose it is, its command line, its text. */
import type { JSX } from 'preact'
import { hasOptions } from './lanes.ts'
import type { Lane } from './setup.ts'

export type FileLane = Extract<Lane, { kind: 'file' }>

/** As the lab takes them (#lab/scenario/schema.ts). */
const DAEMONS = ['chrony', 'ntpd-4.2.6p5', 'ntpd-4.2.8p15', 'ntpsec-1.2.2']

interface Props {
  readonly lane: FileLane
  readonly onChange: (lane: FileLane) => void
}

export const ConfigurationForm = ({ lane, onChange }: Props): JSX.Element => (
  <div class="tuning">
    <label class="setting">
      <span>Played as</span>
      <select
        value={lane.daemon}
        onChange={event => onChange({ ...lane, daemon: event.currentTarget.value })}
      >
        {[...new Set([...DAEMONS, lane.daemon])].map(daemon => (
          <option key={daemon} value={daemon}>
            {daemon}
          </option>
        ))}
      </select>
    </label>
    {hasOptions(lane.daemon) && (
      <label class="setting">
        <span>Options</span>
        <input
          type="text"
          value={lane.options}
          onChange={event => onChange({ ...lane, options: event.currentTarget.value })}
        />
      </label>
    )}
    <label class="text">
      <span class="unseen">The configuration</span>
      <textarea
        rows={8}
        spellcheck={false}
        value={lane.text}
        onInput={event => onChange({ ...lane, text: event.currentTarget.value })}
      />
    </label>
  </div>
)
