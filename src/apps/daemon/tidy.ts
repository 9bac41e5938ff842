/**
 * A process that makes little garbage never collects it: its memory grows for an hour, up to where the engine would begin to
 * care. In a small guest that hour's garbage belongs to others, so it is collected once a minute, which takes some
 * milliseconds. (Packets are stamped by the kernel, so nothing is late by it that counts.)
 */
const EVERY_MS = 60_000

/** Does nothing where the engine was not started with --expose-gc. */
export function tidyUp(): void {
  const { gc } = globalThis
  if (gc) setInterval(() => void gc(), EVERY_MS).unref()
}
