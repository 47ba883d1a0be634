/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The queue of a unix socket: buffers, each with the files that were sent along (SCM_RIGHTS), or with a connection that
 * was not accepted yet. Needs search.h.
 *
 * It is read without its lock: a buffer may be freed and used anew meanwhile.
 */
#ifndef NSCOPE_MESSAGE_QUEUE_H
#define NSCOPE_MESSAGE_QUEUE_H

static __always_inline struct sock *socket_of(struct file *file) {
	struct socket *socket = READ(file, private_data);
	return READ(socket, sk);
}

static __always_inline int has_messages(struct sock *sock) {
	u64 first = (u64)READ(sock, sk_receive_queue.next);
	return first && first != (u64)sock + OFFSET(sock, sk_receive_queue);
}

/* Stands before the first buffer; 0: there is none. */
static __always_inline int enter_queue(struct search *search, struct sock *sock) {
	search->next = search->count = 0;
	search->head = (u64)sock + OFFSET(sock, sk_receive_queue);
	search->buffer = (u64)READ(sock, sk_receive_queue.next);
	return search->buffer && search->buffer != search->head;
}

/* Of those of the present buffer, of which one must be left. */
static __always_inline struct file *next_file(struct search *search) {
	struct file *file = 0;
	READ_AT(file, search->files + search->next * sizeof file);
	search->next++;
	return file;
}

/* Goes on to the next buffer and its files; NULL: there is none. */
static __always_inline struct sk_buff *next_buffer(struct search *search) {
	struct sk_buff *buffer = (void *)search->buffer;
	if (!buffer || search->buffer == search->head) return 0;
	u64 list = 0;
	READ_AT(list, search->buffer + OFFSET(sk_buff, cb) + OFFSET(unix_skb_parms, fp));
	struct scm_fp_list *passed = (void *)list;
	search->files = list + OFFSET(scm_fp_list, fp);
	search->next = 0;
	u16 count = READ(passed, count);
	search->count = count <= SCM_MAX_FD ? count : 0;
	search->buffer = (u64)READ(buffer, next);
	return buffer;
}

#endif
