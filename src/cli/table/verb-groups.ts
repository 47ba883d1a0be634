// The verbs by what a person wants, as the help of nscope lists them.

export interface VerbGroup {
  readonly title: string;
  /** Names of verbs, each in one group. */
  readonly verbs: readonly string[];
  readonly example: string;
}

export const verbGroups: readonly VerbGroup[] = [
  {
    title: 'Look',
    verbs: ['overview', 'ls', 'show', 'ps', 'tree', 'graph', 'pid', 'mounts', 'net', 'workloads', 'snapshot', 'listns'],
    example: 'nscope ls --type net,mnt',
  },
  {
    title: 'Ask why',
    verbs: [
      'doctor',
      'why',
      'quota',
      'audit',
      'holders',
      'busy',
      'caps',
      'compare',
      'diff',
      'detect',
      'groups',
      'coverage',
    ],
    example: 'nscope holders net:blue',
  },
  { title: 'Watch', verbs: ['watch', 'top', 'mount'], example: 'nscope watch --type user' },
  {
    title: 'Make and enter',
    verbs: ['run', 'enter', 'init', 'unmount', 'ci'],
    example: 'nscope enter docker:web -- sh',
  },
  { title: 'Learn', verbs: ['lab', 'orphan', 'completion'], example: 'nscope lab' },
];
