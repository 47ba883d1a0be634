// The pictures of docs/pictures: each is one command in the scene of scene.sh, recorded at these widths.

/**
 * `command` is what the reader sees typed. `before` runs unseen before it. For a command that does not end by itself:
 * once it `shows` a word (waited for 30 s), `meanwhile` runs, and after some `seconds` it gets the `keys`. `rows` is the
 * height of the terminal. `after` undoes what came before. Of one with a `file` the output is the picture itself.
 * `kernel`: another than the usual one, which comes without modules.
 */
export const pictures = [
  { name: 'nscope', command: 'nscope' },
  { name: 'ls', command: 'nscope ls' },
  { name: 'tree', command: 'nscope tree' },
  { name: 'holders', command: 'nscope holders net:green' },
  { name: 'show', command: 'nscope show net:blue' },
  { name: 'ps', command: 'nscope ps net:blue' },
  { name: 'workloads', command: 'nscope workloads' },
  {
    name: 'watch',
    command: 'nscope watch --type net',
    shows: 'DETAIL',
    meanwhile: 'unshare --net sleep 0.2; ip netns add red; sleep 1; ip netns del red',
    seconds: 3,
    keys: '\\003',
  },
  { name: 'top', command: 'nscope top', shows: 'kdevtmpfs', seconds: 3, keys: 'q', rows: 24 },
  { name: 'pid', command: 'nscope pid 1 --in lxc:web' },
  { name: 'compare', command: 'nscope compare lxc:web' },
  { name: 'caps', command: 'nscope caps self net:blue' },
  { name: 'groups', command: 'nscope groups' },
  { name: 'coverage', command: 'nscope coverage --no-bpf' },
  { name: 'listns', command: 'nscope listns' },
  { name: 'snapshot', command: 'nscope snapshot | head -n 24' },
  { name: 'run', command: 'nscope run --pid --mount-proc ps' },
  { name: 'orphan', command: 'nscope run --pid -- nscope init -v -- nscope orphan' },
  { name: 'lab', command: 'nscope lab dead-namespace' },
  { name: 'help', command: 'nscope --help' },
  { name: 'detect', command: 'nscope detect' },
  { name: 'enter', command: 'nscope enter net:blue -- ip -br addr' },
  {
    name: 'diff',
    before: 'nscope snapshot >/run/before.json; setsid unshare --net --uts sleep 30 & sleep 1',
    command: 'nscope diff /run/before.json now',
  },
];

/** A mount that a working directory and a private copy in another mount namespace keep, and what is mounted below it. */
const data = [
  'mount -t tmpfs srv /srv; mkdir /srv/data; mount -t tmpfs data /srv/data',
  'mkdir /srv/data/cache; mount -t tmpfs cache /srv/data/cache',
  '(cd /srv/data/cache && exec setsid sleep 3000) & setsid unshare --mount sleep 3001 & sleep 2',
].join('; ');
const noData = 'pkill -x -f "sleep 300[01]"; sleep 1; umount /srv/data/cache /srv/data /srv';

/** blue has a veth to the host, green one to blue, and a macvlan that lies on the host's end. */
const wires = [
  'ip link add veth-blue type veth peer name eth0 netns blue; ip addr add 10.0.0.1/24 dev veth-blue',
  'ip -n blue addr add 10.0.0.7/24 dev eth0; ip link set veth-blue up; ip -n blue link set eth0 up',
  'ip -n green link add to-blue type veth peer name to-green netns blue; ip -n green link set to-blue up',
  'ip link add mac0 link veth-blue type macvlan; ip link set mac0 netns green',
].join('; ');
const noWires = 'ip link del veth-blue; ip -n green link del to-blue';

/** A process that has joined the network of the container, with mounts of its own. */
const joined =
  'setsid nsenter --target "$(lxc-info -P /run/lxc -n web -pH)" --net unshare --mount sleep 3002 & sleep 2';
const notJoined = 'pkill -x -f "sleep 3002"; sleep 1';

pictures.push(
  ...[
    { name: 'busy', before: data, command: 'nscope busy /srv/data', after: noData },
    { name: 'mounts', command: 'nscope mounts lxc:web' },
    { name: 'net', before: wires, command: 'nscope net net:blue', after: noWires },
    { name: 'graph-owner', command: 'nscope graph --format svg', file: true },
    {
      ...{ name: 'graph-wiring', file: true, before: wires, after: noWires },
      command: 'nscope graph --view wiring --format svg',
    },
    {
      ...{ name: 'graph-workload', file: true, before: joined, after: notJoined },
      command: 'nscope graph --view workload --format svg',
    },
  ].map((picture) => ({ ...picture, kernel: '7' })),
);

export const widths = [80, 200];
