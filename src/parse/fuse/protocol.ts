// The numbers of the FUSE protocol that nscope speaks: include/uapi/linux/fuse.h, version 7.31 and later.

/** What the kernel asks. */
export const fuseOpcode = {
  lookup: 1,
  forget: 2,
  getattr: 3,
  setattr: 4,
  readlink: 5,
  symlink: 6,
  mknod: 8,
  mkdir: 9,
  unlink: 10,
  rmdir: 11,
  rename: 12,
  link: 13,
  open: 14,
  read: 15,
  write: 16,
  statfs: 17,
  release: 18,
  setxattr: 21,
  removexattr: 24,
  init: 26,
  opendir: 27,
  readdir: 28,
  releasedir: 29,
  create: 35,
  interrupt: 36,
  destroy: 38,
  poll: 40,
  batchForget: 42,
  fallocate: 43,
  readdirplus: 44,
  rename2: 45,
  tmpfile: 51,
} as const;

/** What would change the file system: FUSE_SETATTR and so on. */
export const changingOpcodes: ReadonlySet<number> = new Set([
  fuseOpcode.setattr,
  fuseOpcode.symlink,
  fuseOpcode.mknod,
  fuseOpcode.mkdir,
  fuseOpcode.unlink,
  fuseOpcode.rmdir,
  fuseOpcode.rename,
  fuseOpcode.link,
  fuseOpcode.write,
  fuseOpcode.setxattr,
  fuseOpcode.removexattr,
  fuseOpcode.create,
  fuseOpcode.fallocate,
  fuseOpcode.rename2,
  fuseOpcode.tmpfile,
]);

/** Bytes of struct fuse_in_header, struct fuse_out_header, struct fuse_attr, struct fuse_entry_out. */
export const inHeaderBytes = 40;
export const outHeaderBytes = 16;
export const attrBytes = 88;
export const entryBytes = 40 + attrBytes;

/** Flags of FUSE_INIT. */
export const initFlag = {
  asyncRead: 1 << 0,
  doReaddirplus: 1 << 13,
  readdirplusAuto: 1 << 14,
  parallelDirops: 1 << 18,
  maxPages: 1 << 22,
} as const;

/** Flags of an answer to FUSE_OPEN. */
export const openFlag = { directIo: 1 << 0, keepCache: 1 << 1, nonseekable: 1 << 2, stream: 1 << 4 } as const;

/** What a message from here tells the kernel unasked. */
export const notifyCode = { poll: 1, invalidateEntry: 3, store: 4, delete: 6 } as const;

/** FUSE_POLL_SCHEDULE_NOTIFY. */
export const pollScheduleNotify = 1;

/** The root directory: FUSE_ROOT_ID. */
export const rootNodeId = 1;

/** d_type of a directory entry and the type bits of st_mode are one number, four bits lower. */
export const fileType = { directory: 0o04, file: 0o10, symlink: 0o12 } as const;
