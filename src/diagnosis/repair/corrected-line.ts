/**
 * A line as one remedy writes it, with what others put right on it: whoever copies what is shown copies no mistake with it. Of words
 * that two remedies would change in two ways it stays as the one has it, and the plan says so.
 */
import { EditConflict, mergeLine } from './merge-line.ts'

export function correctedLine(line: string, text: string, corrections: readonly string[]): string {
  if (corrections.length === 0) return text
  try {
    return mergeLine(line, [text, ...corrections])
  } catch (error) {
    if (error instanceof EditConflict) return text
    throw error
  }
}
