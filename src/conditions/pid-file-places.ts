// Where engines keep the PIDs of their processes, and what each is.
import { listShapedDirectory } from '../kernel/files/shaped-files.ts';
import { isKnown } from '../model/snapshot/known.ts';
import type { ConditionReport } from './condition.ts';

export interface PidFilePlace {
  readonly path: string;
  readonly engine: string;
  readonly meant: string;
  /** Of a container its id. */
  readonly workload?: string;
  /** `state`: state.json of runc. */
  readonly form: 'number' | 'state';
  /** What the process, or its parent where it is any program, is called. */
  readonly comm: RegExp;
  readonly isParents: boolean;
}

/** More entries of one directory than this are not looked at. */
const maxEntries = 2000;

/** Podman libpod/runtime_linux.go and pkg/rootless, moby cmd/dockerd, containerd core/runtime/v2, libcontainer. */
export function listPidFilePlaces(report: ConditionReport): PidFilePlace[] {
  const list = (path: string) => listEntries(path, report);
  const users = list('/run/user').map((uid) => `/run/user/${uid}`);
  return [
    place('/run/docker.pid', 'docker', 'the daemon dockerd', /^dockerd$/),
    ...users.map((run) =>
      place(
        `${run}/libpod/tmp/pause.pid`,
        'podman',
        "the process that keeps the user's namespaces",
        /^(?:catatonit|podman)/,
      ),
    ),
    ...[
      ...list('/run/containers').map((name) => `/run/containers/${name}`),
      ...users.map((run) => `${run}/containers`),
    ].flatMap((root) => listOfPodman(root, list)),
    ...listTwoBelow('/run/containerd/io.containerd.runtime.v2.task', list).map(([directory, id]) => ({
      ...place(`${directory}/init.pid`, 'containerd', `the init of container ${id}`, /^containerd-shim/),
      workload: id,
      isParents: true,
    })),
    ...['/run/runc', ...users.map((run) => `${run}/runc`)].flatMap((root) =>
      list(root).map((id) => ofRunc(`${root}/${id}`, id)),
    ),
    ...['/run/containerd/runc', '/run/docker/runtime-runc'].flatMap((root) =>
      listTwoBelow(root, list).map(([directory, id]) => ofRunc(directory, id)),
    ),
  ];
}

type List = (path: string) => readonly string[];

function place(path: string, engine: string, meant: string, comm: RegExp): PidFilePlace {
  return { path, engine, meant, comm, form: 'number', isParents: false };
}

function ofRunc(directory: string, id: string): PidFilePlace {
  const meant = `the init of container ${id}`;
  return { ...place(`${directory}/state.json`, 'runc', meant, /^/), workload: id, form: 'state' };
}

/** `overlay-containers/ID/userdata`, or by another storage driver. */
function listOfPodman(root: string, list: List): PidFilePlace[] {
  return list(root)
    .filter((name) => name.endsWith('-containers'))
    .flatMap((driver) =>
      list(`${root}/${driver}`).flatMap((id) => {
        const directory = `${root}/${driver}/${id}/userdata`;
        const init = place(`${directory}/pidfile`, 'podman', `the init of container ${id}`, /^conmon$/);
        return [
          { ...place(`${directory}/conmon.pid`, 'podman', `conmon of container ${id}`, /^conmon$/), workload: id },
          { ...init, workload: id, isParents: true },
        ];
      }),
    );
}

function listTwoBelow(root: string, list: List): (readonly [directory: string, id: string])[] {
  return list(root).flatMap((space) => list(`${root}/${space}`).map((id) => [`${root}/${space}/${id}`, id] as const));
}

function listEntries(path: string, report: ConditionReport): readonly string[] {
  report.asked();
  const listing = listShapedDirectory({ path }, maxEntries);
  if (isKnown(listing)) {
    if (listing.cut) report.refused('listing more entries than the first', 'E2BIG', path);
    return listing.names;
  }
  // A file lies between the directories of containers.
  if (listing.unknown !== 'gone' && listing.errno !== 'ENOTDIR')
    report.refused('listing a directory of an engine', listing.errno ?? '?', path);
  return [];
}
