// Flags of mount(2) and umount2(2): include/uapi/linux/mount.h.

export const mountFlags = {
  nosuid: 2,
  nodev: 4,
  noexec: 8,
  bind: 4096,
  rec: 16384,
  private: 1 << 18,
  slave: 1 << 19,
  shared: 1 << 20,
} as const;

export const detach = 2;
