/** Sizes as people write them in a configuration: a number and a unit. */
const BYTES: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
}

/** `256MB` is 256 000 000; undefined when it is no size. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]+)$/i.exec(text.trim())
  const unit = match && BYTES[match[2]!.toLowerCase()]
  return unit ? Math.round(Number(match![1]) * unit) : undefined
}
