/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Asserts where a record has what TypeScript reads of it: RECORD_BYTES for the whole, FIELD_AT for each field. The layout of
 * the same name in src/ has the same numbers; test/parse/records/layout.test.ts holds them against each other.
 */
#ifndef NSCOPE_LAYOUT_H
#define NSCOPE_LAYOUT_H

#define RECORD_BYTES(structure, size) _Static_assert(sizeof(struct structure) == (size), "struct " #structure)
#define FIELD_AT(structure, field, offset) \
	_Static_assert(__builtin_offsetof(struct structure, field) == (offset), "struct " #structure ": " #field)

#endif
