/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * What inotify and fanotify watch: a mark keeps its inode, though not the path that led to it. Marks of mounts and super
 * blocks keep nothing. Needs kernel.h.
 */
#ifndef NSCOPE_WATCHES_H
#define NSCOPE_WATCHES_H

#define INOTIFY_NAME 0x00796669746f6e69ull /* "inotify" */
#define FANOTIFY_NAME 0x6669746f6e61665bull /* "[fanotif" */

static __always_inline int is_watcher(u64 name) { return name == INOTIFY_NAME || name == FANOTIFY_NAME; }

/*
 * The inode of a mark, or NULL. A connector leads to the inode itself, or, on older kernels, to the member of the inode
 * that leads back to the connector.
 */
static __always_inline struct inode *watched_inode(struct fsnotify_mark *mark) {
	struct fsnotify_mark_connector *connector = READ(mark, connector);
	u64 object = (u64)READ(connector, obj);
	struct inode___watched *inode = (void *)object;
	if (READ(inode, i_fsnotify_marks) == connector) return (struct inode *)inode;
	inode = (void *)(object - OFFSET(inode___watched, i_fsnotify_marks));
	return READ(inode, i_fsnotify_marks) == connector ? (struct inode *)inode : 0;
}

#endif
