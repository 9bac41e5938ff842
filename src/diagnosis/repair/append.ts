/** Lines at the end of a file, under a comment that says why they are there. */
import type { Action } from './action.ts'

/** Beyond the last line of any file; JSON has null for it. */
export const END_OF_FILE = Number.POSITIVE_INFINITY

export const appendLines = (file: string, why: string, lines: readonly string[]): Action => ({
  kind: 'edit',
  file,
  edit: { kind: 'insert-after', line: END_OF_FILE, text: ['', `# ${why}`, ...lines].join('\n') },
})
