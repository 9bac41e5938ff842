/** Host names as resolvers take them (RFC 1123, 2.1; letters of any script, which resolvers turn into RFC 5890's form). */
import { parseAddress } from '#worlds/host/address.ts'

const LABEL = /^(?!-)[\p{L}\p{M}\p{N}_-]{1,63}(?<!-)$/u

/** An IP address, or a name that could have one: nobody is asked. */
export function couldBeHost(text: string): boolean {
  if (parseAddress(text) || text.includes(':')) return parseAddress(text) !== undefined
  const labels = text.replace(/\.$/, '').split('.')
  // A name whose last label is a number would be an IPv4 address (RFC 3696, 2).
  return labels.every(label => LABEL.test(label)) && !/^\d+$/.test(labels.at(-1)!)
}
