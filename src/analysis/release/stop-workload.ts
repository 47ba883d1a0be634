// Which command of its engine stops a container? docker-stop(1), podman-stop(1), lxc-stop(1), machinectl(1)

import type { ReleaseEvidence } from '../../model/evidence/release-evidence.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import type { Process, Workload } from '../../model/snapshot/schema.ts';
import type { SnapshotIndex } from '../graph/snapshot-index.ts';
import { nameWorkload } from '../listing/workloads.ts';
import { byCommand, type Release } from './release.ts';
import { formatCommand } from './shell-words.ts';

/**
 * For the first process of a workload that its engine itself knows.
 * @returns undefined where a signal has to do
 */
export function planStop(process: Process, index: SnapshotIndex, evidence: ReleaseEvidence): Release | undefined {
  const workload = index.workloadOf(process.pid);
  if (workload?.leader !== process.pid || workload.certainty !== 'certain' || workload.outer) return undefined;
  const command = findCommand(workload);
  const [program = ''] = command ?? [];
  if (!command || !evidence.programs.has(program) || !isUsersOwn(process, index)) return undefined;
  return byCommand(formatCommand(command), [`stops ${nameWorkload(workload)}: all its processes end`]);
}

/** Each user has engines of his own: rootless ones make a user namespace, which is their user's. */
function isUsersOwn({ namespaces }: Process, index: SnapshotIndex): boolean {
  const user = isKnown(namespaces.user) ? index.namespace('user', namespaces.user) : undefined;
  const uid = user?.initial === true ? 0 : user?.ownerUid;
  return uid === index.snapshot.host.vantage.uid;
}

/** Where an engine keeps its containers when it is started without options, which its command then finds. */
const usualPlaces: Readonly<Record<string, RegExp>> = {
  docker: /^\/var\/lib\/docker\//,
  podman: /^\/var\/lib\/containers\/storage\/|\/\.local\/share\/containers\/storage\//,
  nspawn: /^\/run\/systemd\/machines\//,
};

/** By what the engine tells it apart by: names are used again. */
function findCommand({ engine, id, evidence }: Workload): readonly string[] | undefined {
  const file = evidence.findLast(({ by }) => by === 'state')?.text;
  if (file === undefined) return undefined;
  const end = `/${id}/config`;
  if (engine === 'lxc' && file.endsWith(end)) return ['lxc-stop', '-P', file.slice(0, -end.length), '-n', id];
  if (usualPlaces[engine]?.test(file) !== true) return undefined;
  return engine === 'nspawn' ? ['machinectl', 'terminate', id] : [engine, 'stop', id.slice(0, 12)];
}
