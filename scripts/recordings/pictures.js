// The pictures of docs/pictures: each is one command in the scene of scene.sh, recorded at these widths.

/**
 * `command` is what the reader sees typed. `before` runs unseen before it, `meanwhile` while it runs. A command that
 * does not end by itself is given `keys` after `seconds`. `rows` is the height of the terminal.
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
    meanwhile: 'unshare --net sleep 0.2; ip netns add red; ip netns del red',
    seconds: 9,
    keys: '\\003',
  },
  { name: 'top', command: 'nscope top', seconds: 12, keys: 'q', rows: 24 },
  { name: 'detect', command: 'nscope detect' },
  { name: 'enter', command: 'nscope enter net:blue -- ip -br addr' },
  {
    name: 'diff',
    before: 'nscope snapshot >/run/before.json; setsid unshare --net --uts sleep 30 & sleep 1',
    command: 'nscope diff /run/before.json now',
  },
];

export const widths = [80, 200];
