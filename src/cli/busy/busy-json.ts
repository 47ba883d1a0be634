// What nscope busy answers as an object.
import type { BusySubject } from '../../analysis/busy/find-subject.ts';
import type { BusyAnswer } from '../../analysis/busy/judge-busy.ts';
import { formatNamespace } from '../../model/snapshot/namespace-types.ts';

export interface BusyReport extends BusyAnswer {
  readonly subject: BusySubject;
  /** What could not be looked at. */
  readonly unseen: readonly string[];
}

/** @param deviceName - of the block device, where there is one */
export function toBusyJson(
  { subject, unmount, fileSystem, unseen }: BusyReport,
  deviceName: string | undefined,
): object {
  const { kind, device, mounts, notes } = subject;
  return {
    subject: {
      kind,
      device,
      deviceName: deviceName === undefined ? null : `/dev/${deviceName}`,
      mounts: mounts.map(({ mount, namespace }) => ({
        ...{ id: mount.id ?? null, oldId: mount.oldId, mountPoint: mount.mountPoint, fsType: mount.fsType },
        ...{ source: mount.source, mountNamespace: formatNamespace('mnt', namespace) },
      })),
      notes,
    },
    unmount: unmount ?? null,
    fileSystem,
    unseen,
  };
}
