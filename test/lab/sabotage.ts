// For each experiment a change to its commands, so that the kernel answers otherwise than the documents say.

/** The words of a command, changed or as they are. */
export type Sabotage = (words: readonly string[]) => readonly string[];

/** In every word. */
function replace(from: string | RegExp, to: string): Sabotage {
  return (words) => words.map((word) => word.replace(from, to));
}

const withoutPid = replace(/^--pid$/, '--uts');

function inScript(from: string, to: string): Sabotage {
  return (words) => words.map((word) => word.replaceAll(from, to));
}

export const sabotages: Readonly<Record<string, Sabotage>> = {
  'first-process': withoutPid,
  'orphans-adopted': withoutPid,
  unreaped: replace(/^--init$/, '--uts'),
  'signal-from-inside': replace(
    /^echo ready && exec sleep 1000$/,
    'trap "exit 3" TERM; echo ready; while :; do sleep 0.02; done',
  ),
  'handled-signal': inScript('trap "echo caught" TERM;', ''),
  'forced-signals': withoutPid,
  'init-death': withoutPid,
  'dead-namespace': replace(/^kill -KILL \d+$/, 'true'),
  'kernel-signals': inScript('ulimit -t 1;', ''),
  'pinned-by-mount': replace(/^kill -KILL \d+$/, 'true'),
  'proc-of-mounter': (words) =>
    words.includes('proc') ? words.map((word) => (word === 'mount' ? 'true' : word)) : words,
  'unshare-children': inScript('--pid sh', '--uts sh'),
  'setns-children': replace(/^readlink \/proc\/\$\$\/ns\/pid;/, 'readlink /proc/1/comm;'),
  'setns-descendants': replace(/^(\/proc\/\d+\/ns\/)pid$/, '$1uts'),
  'parent-outside': withoutPid,
  'pid-without-mount': replace(/^((?:user,)?pid)$/, '$1,mnt'),
  'propagation-trap': replace(/^unchanged$/, 'private'),
  'propagation-cure': inScript('--make-rslave', '--make-rshared'),
  'loopback-alone': (words) =>
    words.includes('/proc/net/dev')
      ? [...words.slice(0, -2), 'sh', '-c', 'ip link add name one type veth peer name two && cat /proc/net/dev']
      : words,
  'abstract-sockets': replace(/^--net$/, '--uts'),
  'powerless-root': replace(/^--(?:map-root-)?user$/, '--ipc'),
  'nested-user-namespaces': inScript('unshare --user --map-root-user sh', 'sh'),
  'hidden-by-descriptor': inScript(
    'echo holding; exec sleep 1000',
    `nsenter --net=/proc/self/fd/3 sh -c 'echo holding; exec sleep 1000' & exec sleep 1000`,
  ),
  'hidden-by-mount': (words) =>
    words.includes('--bind') ? words.map((word) => (word === 'mount' ? 'true' : word)) : words,
  'hidden-by-thread': replace(/unshareThread\(\d+\)/, 'errnoName(1)'),
  'reused-inode': (words) =>
    words.includes('--json') ? ['sh', '-c', `echo '{"namespaces":[{"type":"uts","inode":'$$'}]}'`] : words,
  'fixed-inodes': replace(/^readlink \/proc\/2\/ns\/uts$/, 'unshare --uts readlink /proc/self/ns/uts'),
  'alike-mounts': (words) =>
    words.includes('enter') ? replace(/^echo ready/, 'mount -t tmpfs lab /mnt && echo ready')(words) : words,
  'chrooted-mountinfo': inScript('chroot /mnt', 'env'),
};
