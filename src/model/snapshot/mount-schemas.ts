// All mounts of a mount namespace, as a snapshot has them. Part of the schema.
import Type from 'typebox';
import { decimal, inode, known, natural, strict } from './schema-parts.ts';

const mountIdRange = Type.Object(
  { inside: natural, outside: natural, count: natural },
  {
    ...strict,
    description: 'Ids of the file system from `inside` on are seen as those from `outside` on: mount_setattr(2).',
  },
);

export const mountSchema = Type.Object(
  {
    id: Type.Optional(decimal),
    oldId: Type.Integer({ minimum: 0, description: 'As mountinfo has it; used again after an unmount.' }),
    parent: Type.Optional(decimal),
    oldParent: Type.Integer({
      minimum: 0,
      description: 'The mount that it lies on. A root is its own parent, or has one outside of the table.',
    }),
    device: Type.String({ description: 'major:minor of st_dev.' }),
    root: Type.String({
      description:
        "Which directory or file of the file system is mounted, in the file system's own tree; of a namespace net:[4026532992].",
    }),
    mountPoint: Type.String({
      description: 'Seen from the root of the mount namespace; "" where that does not lead to it.',
    }),
    fsType: Type.String({ description: 'With its subtype, as fuse.sshfs.' }),
    source: Type.String({ description: 'What was given to mount(2): a device, or any word.' }),
    options: Type.Array(Type.String(), { description: 'Of this mount: ro or rw, nosuid, relatime, idmapped, …' }),
    superOptions: Type.Array(Type.String(), { description: 'Of the file system, in all of its mounts.' }),
    peerGroup: Type.Optional(
      Type.Integer({ minimum: 1, description: 'Of a shared mount: mounts on it appear on all peers of this group.' }),
    ),
    master: Type.Optional(
      Type.Integer({ minimum: 1, description: 'Of a slave: the peer group whose mounts and unmounts it receives.' }),
    ),
    propagateFrom: Type.Optional(
      Type.Integer({
        minimum: 1,
        description: 'The next peer group up that the root leads to, where the master is not.',
      }),
    ),
    unbindable: Type.Boolean(),
    idMap: Type.Optional(
      Type.Object(
        { uids: Type.Array(mountIdRange), gids: Type.Array(mountIdRange) },
        { ...strict, description: 'Of an idmapped mount: statmount(2), since Linux 6.15. Other kernels: absent.' },
      ),
    ),
    locked: known(
      Type.Boolean({
        description:
          'Whether it may not be unmounted alone, since it came from a mount namespace of another user namespace: mount_namespaces(7). false: the initial user namespace owns the mount namespace. Of others the kernel does not tell.',
      }),
    ),
  },
  { ...strict, description: 'A mount, as statmount(2) or a line of mountinfo describes it.' },
);

export const mountTableSchema = Type.Object(
  {
    inode,
    via: Type.Union([Type.Literal('statmount'), Type.Literal('mountinfo'), Type.Literal('none')], {
      description: 'How it was read. none: no way led there.',
    }),
    pid: Type.Optional(
      Type.Integer({ minimum: 1, description: 'The process whose mountinfo was read; absent where nscope went in.' }),
    ),
    cut: Type.Optional(Type.String({ description: 'Why there may be more mounts than these.' })),
    mounts: known(Type.Array(mountSchema, { description: 'In the order of the kernel.' })),
  },
  { ...strict, description: 'All mounts of a mount namespace: proc_pid_mountinfo(5), statmount(2).' },
);
