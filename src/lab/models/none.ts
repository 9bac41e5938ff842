/**
 * Nobody keeps the guest's time: it drifts, and is where its hypervisor leaves it. What guest tools and hosts do to it on their
 * own (VMware Tools, guest-set-time) is part of the world, and this is the player who leaves them alone with it.
 */
import type { PlayerMaker } from '../run.ts'

export const nobody: PlayerMaker = () => ({ keeper: { handle: () => [] } })
