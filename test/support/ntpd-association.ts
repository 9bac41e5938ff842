/** An association of the lab's ntpd with the options of a plain `server` line. */
import { Association, type AssociationConfig } from '#lab/models/ntpd/association.ts'

export const ntpdAssociation = (config: Partial<AssociationConfig> = {}): Association =>
  new Association(
    {
      kind: 'server',
      address: '192.0.2.1',
      minpoll: 6,
      maxpoll: 10,
      iburst: false,
      burst: false,
      prefer: false,
      true: false,
      noselect: false,
      preempt: false,
      version: 4,
      bias: 0,
      ...config,
    },
    1,
  )
