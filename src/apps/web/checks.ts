/**
 * What check finds, for whoever looks at the page. It is another process that examines the machine, so that the agent's own
 * memory stays what it is; one at a time, and what it said is said again for a while, however many ask.
 */
import { type Answer, json } from './respond.ts'

/** The JSON of a check. Rejects with a sentence. */
export type Check = () => Promise<string>

export interface Checks {
  ask(): Promise<Answer>
}

const KEPT_MS = 60_000

export function openChecks(check: Check | undefined): Checks {
  let last: { readonly at: number; readonly said: Promise<string> } | undefined
  return {
    async ask() {
      if (!check) return json({ error: 'This agent cannot examine the machine; run clockwright check.' }, 503)
      if (!last || performance.now() - last.at > KEPT_MS) last = { at: performance.now(), said: check() }
      const asked = last
      try {
        return { status: 200, type: 'application/json', body: await asked.said }
      } catch (error) {
        // What failed is tried again at once.
        if (last === asked) last = undefined
        return json({ error: error instanceof Error ? error.message : String(error) }, 503)
      }
    },
  }
}
