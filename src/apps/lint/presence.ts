/**
 * Is there what a file names that is to be judged? One in its own place is of this machine, or of a copy that lies around it. One that lies
 * anywhere else may be of any machine: of that no more can be said than what this one does not have.
 */
import { resolve } from 'node:path'
import { type Presence, type PresenceOf, presenceIn } from '#diagnosis/lint/presence.ts'
import { openFiles } from '#worlds/host/files.ts'

/** Where daemons look for their configuration. */
const PLACE = /^(.*?)\/etc\/(?:(?:chrony|ntp)\.(?:conf$|d\/)|(?:chrony|ntpsec|ntp)\/)/

export function presenceFor(path: string): PresenceOf {
  const root = PLACE.exec(resolve(path))?.[1]
  const own = presenceIn(openFiles(root || '/'), !root)
  return root === undefined ? (named, isSecret) => elsewhere(own(named, isSecret)) : own
}

const elsewhere = (presence: Presence): Presence => (presence === 'missing' ? 'not-here' : 'unknown')
