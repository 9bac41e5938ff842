/**
 * Is a server one's own, as far as its name or address shows? Of others nobody here knows what they allow; those that serve the
 * public want no poll under 64 s (ntp.org, "Usage Guidelines" of open access servers).
 */
const PRIVATE =
  /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|169\.254\.|127\.|::1$|f[cde][0-9a-f]{2}:)/i
const LOCAL_NAME =
  /^[^.:]+$|\.(?:local|lan|internal|intranet|corp|home|home\.arpa|localdomain|test|example|invalid)$/i
/** They stand for whoever it will be. */
const FOR_EXAMPLES = /^(?:192\.0\.2\.|198\.51\.100\.|203\.0\.113\.|2001:db8:)/i

export const isPrivate = (address: string): boolean => PRIVATE.test(address)

export const isOwn = (address: string): boolean =>
  isPrivate(address) || LOCAL_NAME.test(address) || FOR_EXAMPLES.test(address)
