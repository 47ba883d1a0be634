// The command of its engine that stops a container: docker-stop(1), podman-stop(1), lxc-stop(1), machinectl(1)

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
  const now = evidence.processes.get(process.pid);
  const unpause = now && isKnown(now) && now.frozen ? findUnpause(command) : [];
  if (!unpause) return undefined;
  return byCommand([...unpause, formatCommand(command)].join(' && '), [
    ...(unpause.length > 0 ? ['it is paused, and goes on first'] : []),
    `stops ${nameWorkload(workload)}: all its processes end`,
  ]);
}

/** Engines refuse to stop what is paused. Undefined where no command of the engine is known to make it go on. */
function findUnpause([program = '', stop = '', ...others]: readonly string[]): readonly string[] | undefined {
  if (program === 'lxc-stop') return [formatCommand(['lxc-unfreeze', stop, ...others])];
  return stop === 'stop' ? [formatCommand([program, 'unpause', ...others])] : undefined;
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
