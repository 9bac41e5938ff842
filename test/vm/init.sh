#!/bin/sh
# The first program of a guest of the bed: devices, network, the disk with Node, clockwright, then the probe.
# It ends in a line on the serial port that the host waits for. With `cw.root` there is a disk with a whole system: then
# that system's own init is the last thing that is done here, and what was prepared goes with it.
export PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sys /sys
exec </dev/null >/dev/ttyS0 2>&1
mkdir -p /dev/shm /dev/pts /dev/virtio-ports
mount -t tmpfs tmp /dev/shm

for word in $(cat /proc/cmdline); do
  case $word in
    cw.ip=*) address=${word#cw.ip=} ;;
    cw.root) root=/system ;;
  esac
done

# In no order: what still lacks a symbol goes in at the next pass.
for pass in 1 2 3 4; do
  for module in /modules/*.ko; do insmod "$module" 2>/dev/null; done
done

# A device appears a little after its module.
appears() {
  for _ in $(seq 100); do [ -e "$1" ] && return; usleep 20000; done
  echo "MISSING $1"
}
appears /sys/class/net/eth0
ip link set lo up
ip addr add "$address" dev eth0
ip link set eth0 up
appears /dev/vdb
if [ -n "$root" ]; then
  appears /dev/vdc
  mkdir "$root" && mount -t ext4 /dev/vdc "$root" || echo MISSING root
fi
mount -t ext4 -o ro /dev/vda "$root/opt" || echo MISSING opt
tar xf /dev/vdb -C "$root/" || echo MISSING program
for port in /sys/class/virtio-ports/*; do
  ln -s "/dev/${port##*/}" "/dev/virtio-ports/$(cat "$port/name")"
done

if [ -n "$root" ]; then
  cp /usr/local/bin/probe "$root/usr/local/bin/"
  cp /etc/clockwright-guest "$root/etc/"
  ln -s /opt/bin/node "$root/usr/local/bin/node"
  for each in dev proc sys; do mount --move "/$each" "$root/$each"; done
  exec switch_root "$root" /bin/sh -c 'probe serve & echo "GUEST READY"; exec /sbin/init'
fi

probe serve &
echo "GUEST READY"
while :; do sleep 3600; done
