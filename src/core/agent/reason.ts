/**
 * Why a source is used, or why not: each reason has a stable name for programs and a sentence for people.
 * The states are the fate; the reasons say how it came to it.
 */
export const SOURCE_STATES = [
  'starting',
  'unreachable',
  'unusable',
  'falseticker',
  'outlier',
  'survivor',
  'system',
  'stopped',
] as const

export type SourceState = (typeof SOURCE_STATES)[number]

/** It agrees with the majority, whether or not it takes part in the estimate. */
export const agrees = (state: string): boolean =>
  state === 'system' || state === 'survivor' || state === 'outlier'

export const SOURCE_REASONS = {
  'resolving-name': 'its name has not been resolved to an address yet',
  'asked-already': 'its address is asked already under another name',
  'name-not-found': 'its name could not be resolved to an address',
  measuring: 'it answered once; a second answer is needed to know how far it can be trusted',
  erratic:
    'each of its answers excludes the one before: its clock or this one leaps, or is off by more than 10 %',
  'waiting-for-others': 'it answered; other sources have not had the time to, and might disagree',
  'no-reply-yet': 'it was asked and has not answered yet',
  'no-reply': 'it did not answer any of the last eight requests',
  'connection-refused': 'its host answers that nothing listens on that port',
  'network-unreachable': 'this machine has no route to it',
  'not-permitted': 'this machine is not allowed to send to it (a firewall on this machine?)',
  'send-failed': 'the request could not be sent',
  'replies-refused': 'it answers, but each reply failed a packet test',
  'not-synchronised': 'it says itself that it is not synchronised',
  'too-distant': 'its root distance is larger than the limit',
  'asked-to-stop': 'it asked this client to stop (kiss code DENY or RSTR)',
  'asked-to-slow-down': 'it asked this client to send less often (kiss code RATE)',
  'measured-only': 'it is configured to be measured and never used (noselect)',
  'host-unproven': 'it is the clock of the host, and has not been compared with the network for long enough',
  'host-contradicts': 'it is the clock of the host, and what the network says shows that it is wrong',
  'no-majority': 'the sources disagree and none of the groups is a majority',
  'too-few-sources': 'fewer sources agree than the configuration demands (minsources)',
  'disagrees-with-majority': 'the interval that it claims does not meet the one in which most sources agree',
  'less-consistent': 'it agrees, but scatters more than the others do',
  'not-preferred': 'it agrees, and another source is preferred',
  agrees: 'it agrees with the majority and takes part in the estimate',
  best: 'it agrees with the majority and has the smallest root distance',
} as const

export type SourceReason = keyof typeof SOURCE_REASONS
