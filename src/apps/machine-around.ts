/**
 * The machine whose file this is: one that lies where daemons look for their configuration is of this machine, or of a copy that lies
 * around it. Undefined for one that lies anywhere else, which may be of any machine.
 */
import { resolve } from 'node:path'

export interface OnMachine {
  /** Empty for this machine. */
  readonly root: string
  /** What the file is called there. */
  readonly path: string
}

const PLACE =
  /^(.*?)\/(?:(?:usr\/local\/)?etc\/(?:(?:chrony|ntp)\.(?:conf$|d\/)|(?:chrony|ntpsec|ntp)\/)|(?:etc|run|(?:usr\/(?:local\/)?)?lib)\/systemd\/timesyncd\.conf(?:$|\.d\/))/

export function machineAround(file: string): OnMachine | undefined {
  const path = resolve(file)
  const root = PLACE.exec(path)?.[1]
  return root === undefined ? undefined : { root, path: path.slice(root.length) }
}
