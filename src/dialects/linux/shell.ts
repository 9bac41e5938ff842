/**
 * The prompts and commands that people paste together with what the commands printed. They are nobody's business, and no
 * nonsense either.
 */
import { reportFormat } from '../report.ts'

const PROMPT = /^(?:\[[^\]]{1,100}\]|[\w.-]+@[\w.-]+(?::\S*)?|[\w.-]{1,40}|\[email protected\]:\S*)[#$] ?/

export const shell = reportFormat({
  name: 'shell',
  daemon: 'other',
  foreign: true,
  open: () => text => (PROMPT.test(text) ? [] : undefined),
})
