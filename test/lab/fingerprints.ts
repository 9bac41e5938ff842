/**
 * What stories come to, as fingerprints of all their bytes. It runs wherever the lab runs: bundled in a browser, or on another
 * version of Node.
 */
import { type Job, play } from '#lab/play.ts'

/** Of each job: its true offsets, second by second, its steps and its packets (FNV-1a, twice 32 bits). */
export const fingerprints = (jobs: readonly Job[]): string[] =>
  jobs.map(job => {
    const { run } = play(job, { believing: true })
    const bytes = [run.offsets, run.beliefs!, run.bounds!].map(({ buffer }) => new Uint8Array(buffer))
    const rest = JSON.stringify([run.steps, run.packetsSent, run.exit])
    const all = [...bytes, Uint8Array.from(rest, letter => letter.charCodeAt(0))]
    return [0x811c9dc5, 0x01000193].map(seed => fingerprint(all, seed)).join('')
  })

function fingerprint(parts: readonly Uint8Array[], seed: number): string {
  let hash = seed
  for (const part of parts) for (const byte of part) hash = Math.imul(hash ^ byte, 0x01000193)
  return (hash >>> 0).toString(16).padStart(8, '0')
}
