/** A configuration of a real machine as a scenario may hold it: what the lab cannot play becomes a comment. */
import { configuredPlayer } from './configured.ts'

export function withoutUnplayable(said: {
  readonly name: string
  readonly daemon: string
  readonly options: string
  readonly text: string
}): string {
  const lines = said.text.split('\n')
  for (const note of configuredPlayer(said)?.notes ?? []) {
    const [, number] = /^line (\d+): /.exec(note) ?? []
    const index = Number(number) - 1
    if (number !== undefined && lines[index] !== undefined) lines[index] = `# not played: ${lines[index]}`
  }
  return lines.join('\n')
}
