// Mounts of proc and sysfs, and what covers parts of them: a user namespace may mount such a file system anew only where
// one is seen whole. fs/namespace.c mount_too_revealing()
import type { SeenMount } from '../../model/evidence/refusal-evidence.ts';
import type { MountLine } from '../../parse/proc/mountinfo.ts';

/** Directories that the kernel keeps empty, so that a mount on them hides nothing: proc_create_mount_point(), sysfs_create_mount_point(). */
const keptEmpty: Readonly<Record<string, RegExp>> = {
  proc: /^\/(?:sys\/fs\/binfmt_misc|fs\/nfsd|openprom|fs\/xfs\/stat)$/,
  sysfs:
    /^\/(?:fs\/[^/]+(?:\/connections)?|kernel\/(?:debug|tracing|security|config)|firmware\/efi\/efivars|hypervisor\/s390)$/,
};

const atimeWords = ['noatime', 'nodiratime', 'relatime'];

export function findSeenMounts(mounts: readonly MountLine[]): SeenMount[] {
  return mounts
    .filter(({ fsType }) => fsType in keptEmpty)
    .map((mount) => {
      const { fsType, mountPoint, root, options, superOptions } = mount;
      const covers = mounts
        .filter(({ parentId, id }) => parentId === mount.id && id !== mount.id)
        .map((cover) => cover.mountPoint)
        .filter((point) => !keptEmpty[fsType]?.test(point.slice(mountPoint === '/' ? 0 : mountPoint.length)));
      const words = options.split(',');
      return {
        ...{ fsType, point: mountPoint, whole: root === '/', covers },
        readOnly: words.includes('ro') || superOptions.split(',').includes('ro'),
        atime: atimeWords.filter((word) => words.includes(word)),
      };
    });
}
