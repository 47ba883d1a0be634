// The options of verbs that start a command: run and enter.
import { type NamespaceType, namespaceTypes } from '../../model/snapshot/namespace-types.ts';
import { jsonOption, typeOption } from '../options/reading-options.ts';
import type { VerbOption } from '../options/verb.ts';
import type { OptionValues } from './option-values.ts';

/** As unshare(1) and nsenter(1) name them. */
const longNames = {
  cgroup: 'cgroup',
  ipc: 'ipc',
  mnt: 'mount',
  net: 'net',
  pid: 'pid',
  time: 'time',
  user: 'user',
  uts: 'uts',
} as const satisfies Readonly<Record<NamespaceType, string>>;

/** `-p, --pid` and so on: which namespaces are made. */
const makeOptions = [
  { flags: '-C, --cgroup', meaning: 'a new cgroup namespace' },
  { flags: '-i, --ipc', meaning: 'a new ipc namespace' },
  { flags: '-m, --mount', meaning: 'a new mount namespace' },
  { flags: '-n, --net', meaning: 'a new network namespace' },
  { flags: '-p, --pid', meaning: 'a new pid namespace, in which the command is PID 1' },
  { flags: '-T, --time', meaning: 'a new time namespace' },
  { flags: '-U, --user', meaning: 'a new user namespace; without a --map option no id is mapped in it' },
  { flags: '-u, --uts', meaning: 'a new uts namespace' },
] as const satisfies readonly VerbOption[];

/** The types whose options were given. */
export function readMadeTypes(options: OptionValues): NamespaceType[] {
  return namespaceTypes.filter((type) => options[longNames[type]] === true);
}

export const runOptions = [
  ...makeOptions,
  { ...typeOption, meaning: 'new namespaces of these types, as -C to -u make one each' },
  { flags: '-r, --map-root', meaning: 'map root of a new user namespace to the caller' },
  { flags: '--map-user UID', meaning: 'map UID, or UID:GID, of a new user namespace to the caller' },
  {
    flags: '--map-auto',
    meaning:
      'also map the ids of /etc/subuid and /etc/subgid, by newuidmap(1); the caller is root unless --map-user names another',
  },
  { flags: '--mount-proc', meaning: 'mount a /proc of the new pid namespace, in a new mount namespace' },
  {
    flags: '--propagation KIND',
    meaning: 'propagation of mounts: private (the default), slave, shared or unchanged',
    choices: ['private', 'slave', 'shared', 'unchanged'],
  },
  { flags: '--offline', meaning: 'a new network namespace with only the loopback interface, up' },
  { flags: '--hostname NAME', meaning: 'the host name in a new uts namespace' },
  { flags: '--monotonic SECONDS', meaning: 'set the monotonic clock of a new time namespace ahead by SECONDS' },
  { flags: '--boottime SECONDS', meaning: 'set its boot clock ahead by SECONDS' },
  { flags: '--workdir DIR', meaning: 'the working directory of the command', completes: 'file' },
  {
    flags: '--keep PATH',
    meaning:
      'mount the new namespace on PATH, so that it stays; TYPE:PATH mounts the one of a type; several go to PATH/TYPE each',
    completes: 'file',
    repeated: true,
  },
  { flags: '--init', meaning: 'be PID 1 and start the command as PID 2: reap orphans, pass signals on' },
  { ...jsonOption, meaning: 'print what was made as one line of JSON, before the command starts' },
] as const satisfies readonly VerbOption[];
