/*
 * The record of a mount, 8-byte aligned, numbers as the machine has them: struct record, then the strings that `lengths`
 * counts, one after the other without ends, padded to 8. A length of ~0 means that the kernel did not tell.
 */
#ifndef NSCOPE_MOUNT_RECORD_H
#define NSCOPE_MOUNT_RECORD_H
#include "../bpf/layout.h"
#include <stdint.h>

/* UIDS, GIDS: the maps of an idmapped mount, each range "INSIDE OUTSIDE COUNT" with an end of 0. */
enum { TYPE, ROOT, POINT, SOURCE, OPTIONS, SUBTYPE, UIDS, GIDS, STRINGS };
struct record {
	uint32_t size;
	int32_t err; /* of statmount, 0 when it answered; ENOENT when the mount went away meanwhile */
	uint64_t id, parent, magic, attributes, propagation, peer_group, master, propagate_from, mnt_ns_id;
	uint32_t old_id, old_parent, major, minor, lengths[STRINGS], sb_flags, spare;
};
RECORD_BYTES(record, 136);
FIELD_AT(record, size, 0); FIELD_AT(record, err, 4); FIELD_AT(record, id, 8); FIELD_AT(record, parent, 16);
FIELD_AT(record, magic, 24); FIELD_AT(record, attributes, 32); FIELD_AT(record, propagation, 40);
FIELD_AT(record, peer_group, 48); FIELD_AT(record, master, 56); FIELD_AT(record, propagate_from, 64);
FIELD_AT(record, mnt_ns_id, 72); FIELD_AT(record, old_id, 80); FIELD_AT(record, old_parent, 84);
FIELD_AT(record, major, 88); FIELD_AT(record, minor, 92); FIELD_AT(record, lengths, 96);
FIELD_AT(record, sb_flags, 128); FIELD_AT(record, spare, 132);

#endif
