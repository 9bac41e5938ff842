/**
 * Is there what a file names that is to be judged? One in its own place is of this machine, or of a copy that lies around it. One that lies
 * anywhere else may be of any machine: of that no more can be said than what this one does not have.
 */
import { type KeysIn, keyNumbersIn } from '#diagnosis/lint/key-numbers.ts'
import { type Presence, type PresenceOf, presenceIn } from '#diagnosis/lint/presence.ts'
import { openFiles } from '#worlds/host/files.ts'
import { machineAround } from '../machine-around.ts'

export function presenceFor(path: string): PresenceOf {
  const root = machineAround(path)?.root
  const own = presenceIn(openFiles(root || '/'), !root)
  return root === undefined ? (named, isSecret) => elsewhere(own(named, isSecret)) : own
}

/** Which keys does a file hold that it names? Asked of a file in its own place only. */
export function keysFor(path: string): KeysIn | undefined {
  const root = machineAround(path)?.root
  return root === undefined ? undefined : keyNumbersIn(openFiles(root || '/'))
}

const elsewhere = (presence: Presence): Presence => (presence === 'missing' ? 'not-here' : 'unknown')
