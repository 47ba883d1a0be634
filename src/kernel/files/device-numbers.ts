// The numbers of a device, as st_dev and st_rdev have them and as mountinfo writes them: makedev(3), new_encode_dev() of
// include/linux/kdev_t.h.

/** major:minor */
export function formatDevice(dev: number): string {
  const minor = (dev & 0xff) + Math.floor(dev / 0x10_0000) * 0x100;
  return `${Math.floor(dev / 0x100) & 0xfff}:${minor}`;
}

/** @param device - major:minor */
export function parseDevice(device: string): number {
  const [major = 0, minor = 0] = device.split(':').map(Number);
  return (minor & 0xff) + (major & 0xfff) * 0x100 + (minor >>> 8) * 0x10_0000;
}
