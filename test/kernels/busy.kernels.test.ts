// nscope busy and what a host's kernel may lack: device mapper, md, bcache and the NFS server. In a guest each keeps a device or
// a mount, and gives it up after the commands that were printed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missing } from '../tiers.ts';
import { fetchKernel, guestNeeds, nscopeInGuest, runInGuest } from './guest.ts';

const commands = [...guestNeeds.commands, 'dmsetup', 'mdadm', 'make-bcache', 'mkfs.ext4', 'losetup'];
const version = '7';

const script = String.raw`
export DM_DISABLE_UDEV=1
# Some kernels have some of them built in.
for module in loop ext4 dm_mod md_mod raid1 bcache nfsd; do /run/modprobe -q $module; done
mkdir -p /run/room/{data,top} && cd /run/room && mount -t nfsd nfsd /proc/fs/nfsd && mount -t tmpfs data data || exit

truncate -s 64M data/{a,b}
for name in a b; do losetup -f data/$name; done
mdadm --build /dev/md7 --level=1 --raid-devices=2 --force /dev/loop0 /dev/loop1 2>/dev/null
dmsetup create low --table '0 100000 linear /dev/md7 0'
dmsetup create 'the upper' --table '0 100000 linear /dev/mapper/low 0'
upper='/dev/mapper/the\x20upper'
make-bcache -B "$upper" >/dev/null && echo "$upper" >/sys/fs/bcache/register
mkfs.ext4 -q /dev/bcache0 && mount /dev/bcache0 top
(cd top && exec sleep 1000) &

echo 'nfsd 127.0.0.1 2147483647 somebody' >/proc/net/rpc/auth.unix.ip/channel
echo 'somebody /run/room/data 2147483647 8192 65534 65534 7' >/proc/net/rpc/nfsd.export/channel

umount data 2>/dev/null || echo REFUSED
(cd "$OLDPWD" && nscope busy -q /run/room/data) >page
cat page
# A process takes a moment to end, and so does bcache.
sed -nE '/^  1\. /,/^$/s/^  [0-9]+\. //p' page | sed -E '/^(kill|echo) /s/$/; sleep 0.5/' >steps
sh -ex steps
mountpoint -q data || echo FREE
`;

test('What NFS, bcache, the device mapper and md keep is given up after the commands, the topmost first.', {
  skip: missing({ ...guestNeeds, commands }),
}, async () => {
  fetchKernel(version);
  const output = await runInGuest(version, `nscope() { ${nscopeInGuest} "$@"; }\n${script}`);
  assert.match(output, /^REFUSED$/m, output);
  assert.match(output, /^FREE$/m, output);
  assert.match(output, /^ {2}export +\/run\/room\/data +somebody$/m, output);
  assert.deepEqual(
    [...output.matchAll(/^ {2}\d+\. ((?!kill).*)$/gm)].map(([, command]) => command),
    [
      'umount /run/room/top',
      'echo 1 >/sys/block/bcache0/bcache/stop',
      "dmsetup remove 'the\\x20upper'",
      'dmsetup remove low',
      'mdadm --stop /dev/md7',
      ...['losetup -d /dev/loop0', 'losetup -d /dev/loop1'],
      'date +%s >/proc/net/rpc/nfsd.export/flush',
      'umount /run/room/data',
    ],
    output,
  );
});
