// The ordered table of sources: it reads as the algorithm.
import { cgroups } from './cgroups.ts';
import { commandLines } from './command-lines.ts';
import { descriptors } from './descriptors.ts';
import { fileSystems } from './file-systems.ts';
import { keptPaths } from './kept-paths.ts';
import { kernelList, kernelListAgain } from './kernel-list.ts';
import { mappedFiles } from './mapped-files.ts';
import { mounts } from './mounts.ts';
import { nestedPids } from './nested-pids.ts';
import { netPeers } from './net-peers.ts';
import { netnsIds } from './netns-ids.ts';
import { netnsNames } from './netns-names.ts';
import { openFiles } from './open-files.ts';
import { processes } from './processes.ts';
import { relations } from './relations.ts';
import { signs } from './signs.ts';
import { sockets } from './sockets.ts';
import type { Source } from './source.ts';
import { tasks } from './tasks.ts';
import { threads } from './threads.ts';
import { timeOffsets } from './time-offsets.ts';
import { userMaps } from './user-maps.ts';
import { utsNames } from './uts-names.ts';
import { visibility } from './visibility.ts';

export type {
  DescriptorView,
  FoundNamespace,
  Inputs,
  NamespaceView,
  OpenLinks,
  TaskView,
} from './inputs.ts';
export { skipBpfOfTasks, skipHolders } from './reasons.ts';
export type { Outcome, Report, Source } from './source.ts';

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
