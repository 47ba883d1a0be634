// The ordered table of sources: it reads as the algorithm.

import type { Source } from './contract/source.ts';
import { descriptors } from './holders/descriptors.ts';
import { fileSystems } from './holders/file-systems.ts';
import { keptPaths } from './holders/kept-paths.ts';
import { mappedFiles } from './holders/mapped-files.ts';
import { mounts } from './holders/mounts.ts';
import { openFiles } from './holders/open-files.ts';
import { sockets } from './holders/sockets.ts';
import { kernelList, kernelListAgain } from './namespaces/kernel-list.ts';
import { netPeers } from './namespaces/net-peers.ts';
import { netnsIds } from './namespaces/netns-ids.ts';
import { netnsNames } from './namespaces/netns-names.ts';
import { relations } from './namespaces/relations.ts';
import { timeOffsets } from './namespaces/time-offsets.ts';
import { userMaps } from './namespaces/user-maps.ts';
import { utsNames } from './namespaces/uts-names.ts';
import { cgroups } from './tasks/cgroups.ts';
import { commandLines } from './tasks/command-lines.ts';
import { nestedPids } from './tasks/nested-pids.ts';
import { processes } from './tasks/processes.ts';
import { signs } from './tasks/signs.ts';
import { tasks } from './tasks/tasks.ts';
import { threads } from './tasks/threads.ts';
import { visibility } from './tasks/visibility.ts';

export type {
  DescriptorView,
  FoundNamespace,
  Inputs,
  NamespaceView,
  OpenLinks,
  TaskView,
} from './contract/inputs.ts';
export { skipBpfOfTasks, skipHolders } from './contract/reasons.ts';
export type { Outcome, Report, Source } from './contract/source.ts';

/**
 * In this order: first who is where, then what else leads to a namespace, then what is asked of each one found. Command
 * lines are asked for early and taken in last: threads of the addon read them meanwhile.
 */
export const sources: readonly Source[] = [
  kernelList,
  tasks,
  processes,
  threads,
  nestedPids,
  commandLines,
  signs,
  netnsNames,
  openFiles,
  keptPaths,
  mappedFiles,
  descriptors,
  sockets,
  mounts,
  fileSystems,
  netPeers,
  relations,
  userMaps,
  timeOffsets,
  utsNames,
  netnsIds,
  cgroups,
  kernelListAgain,
  visibility,
];
