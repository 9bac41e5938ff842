/**
 * Files that a daemon reads and that no plan edits: what a package brings comes back with its next version, what lies in /run is
 * made anew by each boot, and a store of packages cannot be written. A unit of the distribution is overruled instead.
 */
import { isOfDistribution } from './drop-in.ts'

const OTHERS: readonly (readonly [path: RegExp, why: string])[] = [
  [
    /^\/(?:usr\/(?!local\/)|lib(?:64)?\/)/,
    'a package brings it, and its next version would bring it as it was: what is to hold belongs into /etc',
  ],
  [
    /^\/(?:nix|gnu)\/store\//,
    'nothing in a store of packages is edited: it is built from the configuration of the system, and belongs there',
  ],
  [/^\/(?:proc|sys|run|tmp|var\/(?:run|etc))\//, 'it is made anew at each start, from something else'],
]

/** Why not, in words; undefined where it may be edited. */
export const whyNotOurs = (path: string): string | undefined =>
  isOfDistribution(path) ? undefined : OTHERS.find(([of]) => of.test(path))?.[1]
