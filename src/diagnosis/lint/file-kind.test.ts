import { expect, test } from 'vitest'
import { kindOf } from './file-kind.ts'

test.each([
  ['/etc/ntp.conf', '', 'ntp.conf'],
  ['/etc/ntpsec/ntp.conf', '', 'ntp.conf'],
  ['/etc/ntp.d/10-site.conf', '', 'ntp.conf'],
  ['/etc/chrony/chrony.conf', '', 'chrony.conf'],
  ['/etc/chrony.d/site.conf', '', 'chrony.conf'],
  ['/etc/chrony/sources.d/site.sources', '', 'chrony sources'],
  ['/etc/systemd/timesyncd.conf.d/10-site.conf', '', 'timesyncd.conf'],
  ['/etc/sysconfig/ntpd', '', 'environment'],
  ['/etc/default/ntpsec', '', 'environment'],
  ['/etc/default/grub', '', 'GRUB defaults'],
  ['/boot/grub/menu.lst', '', 'GRUB legacy menu'],
  ['/boot/grub2/grub.cfg', '', 'GRUB 2 menu'],
  ['/boot/loader/entries/a.conf', '', 'loader entry'],
  ['/etc/sysctl.d/99-xen.conf', '', 'sysctl'],
  ['/proc/cmdline', '', 'kernel command line'],
  ['/etc/systemd/system/chronyd.service.d/override.conf', '', 'unit'],
  ['/etc/adjtime', '', 'adjtime'],
  ['/etc/tmpfiles.d/chrony.conf', 'd /var/lib/chrony 0755 chrony chrony 30d\n', undefined],
  ['/usr/lib/sysusers.d/ntp.conf', 'u ntp 38 "ntp user"\n', undefined],
  ['/etc/init/chrony.conf', 'start on started sysinit\nscript\nend script\n', undefined],
  ['/etc/chrony.d/chrony.conf', '', 'chrony.conf'],
  ['/etc/chrony/stratum1/20-ntp-servers.conf', 'pool pool.ntp.org iburst\n', 'chrony.conf'],
  ['chrony.conf', '', 'chrony.conf'],
  ['guest.vmx', '', 'vmx'],
  ['/etc/vmware-tools/tools.conf', '', 'tools.conf'],
  ['/etc/cron.d/time', '', 'crontab'],
])('%s is known by its name', (path, text, kind) => expect(kindOf({ path, text })).toBe(kind))

test.each([
  ['server ntp.example iburst\ntinker panic 0\nrestrict default noquery\n', 'ntp.conf'],
  ['# a comment\npool pool.ntp.org iburst\nmakestep 1 3\nrtcsync\n', 'chrony.conf'],
  ['tinker setpout 10\n', 'ntp.conf'],
  ['server a.example ibrust\nserver b.example iburst\n', 'ntp.conf'],
  ['servers pool.ntp.org\nsensor *\n', 'OpenNTPD ntpd.conf'],
  ['[Time]\nNTP=ntp.example\n', 'timesyncd.conf'],
  ['[[source]]\nmode = "pool"\n', 'ntp.toml'],
  ["<domain type='kvm'>\n</domain>\n", 'libvirt domain'],
  ['OPTIONS="-g -x"\n', 'environment'],
  ['xen.independent_wallclock = 1\n', 'sysctl'],
  ['title CentOS\n\tkernel /vmlinuz\n', 'GRUB legacy menu'],
  ['0.0 0 0.0\n0\nUTC\n', 'adjtime'],
  ['[Unit]\nDescription=NTP\n', 'unit'],
  ['tools.syncTime = "TRUE"\n', 'vmx'],
])('%j is known by its content', (text, kind) => expect(kindOf({ path: 'copy', text })).toBe(kind))

test.each([
  '',
  'multi on\n',
  'include /etc/ld.so.conf.d/*.conf\n',
  'nameserver 192.0.2.1\nsearch example.net\n',
  'server {\n  listen 80;\n}\n',
  '# of LVM\nlocal {\n\t# host_id = 0\n}\n',
  'server my_PDC my_BDC my_NTDOMAIN\nserver other_PDC other_BDC other_NTDOMAIN\n',
  'Dear reader,\nthe server is down.\n',
])('%j is nothing of ours', text => expect(kindOf({ path: '/etc/other.conf', text })).toBeUndefined())
