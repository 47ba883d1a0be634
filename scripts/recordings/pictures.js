// The pictures of docs/pictures: each is one command in the scene of scene.sh, recorded at these widths.

/**
 * `command` is what the reader sees typed. `before` runs unseen before it. For a command that does not end by itself:
 * once it `shows` a word (waited for 30 s), `meanwhile` runs, and after some `seconds` it gets the `keys`. `rows` is the
 * height of the terminal.
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

export const widths = [80, 200];
