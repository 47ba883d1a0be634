/* The requests of ioctl_nsfs(2): include/uapi/linux/nsfs.h, which older systems lack in part. */
#ifndef NSCOPE_NSFS_H
#define NSCOPE_NSFS_H
#include <stdint.h>
#include <sys/ioctl.h>

#define NSIO 0xb7
#define NS_GET_USERNS _IO(NSIO, 0x1)
#define NS_GET_PARENT _IO(NSIO, 0x2)
#define NS_GET_NSTYPE _IO(NSIO, 0x3)
#define NS_GET_OWNER_UID _IO(NSIO, 0x4)
#define NS_GET_MNTNS_ID _IOR(NSIO, 0x5, uint64_t)
#define NS_MNT_GET_INFO _IOR(NSIO, 0xa, struct mnt_ns_info)
#define NS_MNT_GET_NEXT _IOR(NSIO, 0xb, struct mnt_ns_info)
#define NS_MNT_GET_PREV _IOR(NSIO, 0xc, struct mnt_ns_info)
#define NS_GET_ID _IOR(NSIO, 0xd, uint64_t)

struct mnt_ns_info {
	uint32_t size, nr_mounts;
	uint64_t mnt_ns_id;
};
#endif
