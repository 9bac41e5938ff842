/** What may go wrong with a file that was edited, and when: it depends on who reads it, and when that is. */

const RISKS: readonly (readonly [path: RegExp, risk: string])[] = [
  [
    /^\/etc\/adjtime$/,
    'From now on hwclock and the next boot take the hardware clock for UTC: it must be written in UTC before that.',
  ],
  [
    /^\/etc\/(?:sysconfig|default|conf\.d)\/(?:clock|hwclock|rcS)$/,
    'The next boot takes the hardware clock for UTC: it must be written in UTC before that (hwclock --systohc --utc), else that boot is off by the zone.',
  ],
  [
    /^\/etc\/default\/grub(?:\.d\/|$)/,
    'None until a menu of GRUB is made from it, and the machine is started with that.',
  ],
  [
    /^\/etc\/kernel\/cmdline$/,
    'None until an entry of the boot loader is made from it, as for the next kernel that is installed, and the machine is started with that.',
  ],
  [
    /^\/boot\//,
    'The next start of the machine reads it; in the menu of the boot loader an entry can be edited by hand. What makes this menu from another file overwrites it.',
  ],
  [
    /^\/etc\/sysctl\.(?:conf$|d\/)/,
    'None until the next boot, or until somebody has sysctl read it; what is to hold now is a step of its own.',
  ],
  [
    /^\/etc\/(?:rc(?:\.d\/rc)?|init\.d\/(?:boot|after))\.local$/,
    'None until the next boot, which runs it; what is to hold now is a step of its own.',
  ],
  [
    /^\/etc\/(?:crontab$|cron\.d\/|crontabs\/)|^\/var\/spool\/cron\//,
    'cron reads it within a minute. Nothing is in a line that is taken out but the command that sets the clock.',
  ],
  [
    /^\/etc\/systemd\/system\//,
    'None until systemd has read its units again, and the service is started anew.',
  ],
]

export const riskOf = (path: string): string =>
  RISKS.find(([reads]) => reads.test(path))?.[1] ?? 'None until the daemon reads it.'
