// Words by which other programs call what nscope does, and the verb or option of nscope that is meant.

/** What a person is used to, by what nscope has instead. */
const meant: Readonly<Record<string, readonly string[]>> = {
  ls: ['list', 'lsns', 'namespace', 'namespaces', 'dir', 'll'],
  'ls --type net': ['netns'],
  show: ['cat', 'describe', 'get', 'info', 'inspect', 'print', 'query', 'stat', 'status', 'view', 'who', 'whois'],
  ps: ['processes', 'members', 'pids'],
  tree: ['lstree', 'pstree'],
  pid: ['nspid', 'pidof', 'translate'],
  mounts: ['df', 'findmnt', 'mountinfo'],
  workloads: ['container', 'containers', 'images', 'machines', 'pods', 'sandboxes'],
  snapshot: ['dump', 'export', 'save'],
  holders: ['delete', 'del', 'fuser', 'kill', 'lsof', 'release', 'remove', 'rm', 'stop', 'users', 'why'],
  caps: ['can', 'capabilities', 'getpcaps', 'may'],
  watch: ['event', 'events', 'follow', 'log', 'logs', 'monitor'],
  top: ['htop', 'stats', 'tui', 'ui'],
  run: ['add', 'create', 'make', 'mk', 'new', 'spawn', 'start', 'unshare'],
  enter: ['attach', 'exec', 'join', 'nsenter', 'setns', 'shell', 'sh', 'ssh'],
  unmount: ['umount'],
  help: ['?', 'man', 'manual', 'usage'],
  '--version': ['version'],
};

const habits = new Map(Object.entries(meant).flatMap(([own, words]) => words.map((word) => [word, own] as const)));

/** "enter" for "exec"; undefined where the word is nobody's habit. */
export function findHabit(word: string): string | undefined {
  return habits.get(word.toLowerCase());
}
