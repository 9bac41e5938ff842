/** What is said where there is no clock to judge: nobody's log, or lines of a daemon that tell nothing of it. */
import type { LogFiles } from './page/logs.ts'

export function nothingSentence(files: LogFiles['files']): string {
  const lines = files.flatMap(({ formats }) => Object.values(formats)).reduce((sum, count) => sum + count, 0)
  if (lines === 0) return 'No log of a time daemon was found.'
  return lines === 1
    ? 'One line of a time daemon was found, and it does not say how its clock was.'
    : `${lines} lines of a time daemon were found, and none of them says how its clock was.`
}
