/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * A device whose descriptor is a queue of packets: tun and tap, macvtap, ipvtap. Their drivers may be modules, of which the
 * kernel's own types tell nothing, and their numbers differ. They share a beginning, a sock and its socket, which leads
 * back to the sock and to the file: struct tun_file of drivers/net/tun.c, struct tap_queue of drivers/net/tap.c.
 */
#ifndef NSCOPE_PACKET_QUEUE_H
#define NSCOPE_PACKET_QUEUE_H
#include "kernel.h"

static __always_inline int is_socket_device(struct file *file, u64 private) {
	struct socket *socket = (void *)(private + ((bpf_core_type_size(struct sock) + CACHE_LINE - 1) & -CACHE_LINE));
	return private && READ(socket, file) == file && (u64)READ(socket, sk) == private;
}

#endif
