/** Which ntpd a release of a distribution brings: a copy may name nothing else. From Debian 12 and Ubuntu 24.04 on it is NTPsec. */
import type { Distribution } from '#core/guest/inventory.ts'

const OF_RED_HAT: Readonly<Record<string, string>> = { 5: '4.2.2p1', 6: '4.2.6p5', 7: '4.2.6p5' }
const OF_RELEASES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  rhel: OF_RED_HAT,
  centos: OF_RED_HAT,
  ol: OF_RED_HAT,
  scientific: OF_RED_HAT,
  debian: { 7: '4.2.6p5', 8: '4.2.6p5', 9: '4.2.8p10', 10: '4.2.8p12', 11: '4.2.8p15' },
  ubuntu: {
    '12.04': '4.2.6p3',
    '14.04': '4.2.6p5',
    '16.04': '4.2.8p4',
    '18.04': '4.2.8p10',
    '20.04': '4.2.8p12',
    '22.04': '4.2.8p15',
  },
}

export function ntpdOfRelease({
  id,
  version = '',
}: Pick<Distribution, 'id' | 'version'>): string | undefined {
  const releases = OF_RELEASES[id] ?? {}
  return releases[version] ?? releases[version.split('.')[0]!]
}
