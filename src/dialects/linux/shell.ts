/**
 * The prompts and commands that people paste together with what the commands printed, and what journalctl says between the
 * lines. They are nobody's business, and no nonsense either.
 */
import { reportFormat } from '../report.ts'

const PROMPT = /^(?:\[[^\]]{1,100}\]|[\w.-]+@[\w.-]+(?::\S*)?|[\w.-]{1,40}|\[email protected\]:\S*)[#$] ?/
/** `-- Logs begin at …`, `-- Journal begins at …`, `-- Reboot --`, `-- Boot 1f…`, `-- No entries --`. */
const OF_JOURNALCTL = /^-- (?:Logs begin at|Journal begins at|Reboot --|Boot [\da-f]{32}|No entries --)/

export const shell = reportFormat({
  name: 'shell',
  daemon: 'other',
  foreign: true,
  open: () => text => (PROMPT.test(text) || OF_JOURNALCTL.test(text) ? [] : undefined),
})
