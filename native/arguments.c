/* Reads arguments and makes return values; a wrong type throws. */
#include "addon.h"
#include <stdlib.h>
#include <uchar.h>

bool read_arguments(napi_env env, napi_callback_info info, size_t count, napi_value *values) {
	size_t given = count;
	if (napi_get_cb_info(env, info, &given, values, NULL, NULL) != napi_ok || given < count)
		return throw_argument(env, "too few arguments"), false;
	return true;
}

bool read_int(napi_env env, napi_value value, int32_t *out) {
	if (napi_get_value_int32(env, value, out) != napi_ok) return throw_argument(env, "expected a number"), false;
	return true;
}

bool read_uint(napi_env env, napi_value value, uint32_t *out) {
	if (napi_get_value_uint32(env, value, out) != napi_ok) return throw_argument(env, "expected a number"), false;
	return true;
}

bool read_u64(napi_env env, napi_value value, uint64_t *out) {
	bool lossless;
	if (napi_get_value_bigint_uint64(env, value, out, &lossless) != napi_ok || !lossless)
		return throw_argument(env, "expected a bigint of 64 bits"), false;
	return true;
}

/* A character as UTF-8; a lone surrogate U+DC80 to U+DCFF stands for a byte that was no UTF-8, as in PEP 383. */
static size_t write_character(uint32_t c, char *out) {
	if (c < 0x80) return out[0] = c, 1;
	if (c >= 0xdc80 && c <= 0xdcff) return out[0] = c - 0xdc00, 1;
	if (c >= 0xd800 && c <= 0xdfff) c = 0xfffd;
	if (c < 0x800) return out[0] = 0xc0 | c >> 6, out[1] = 0x80 | (c & 0x3f), 2;
	size_t length = c < 0x10000 ? 3 : 4;
	out[0] = length == 3 ? 0xe0 | c >> 12 : 0xf0 | c >> 18;
	for (size_t i = 1; i < length; i++) out[i] = 0x80 | (c >> 6 * (length - 1 - i) & 0x3f);
	return length;
}

bool read_string(napi_env env, napi_value value, char **out) {
	size_t length, at = 0;
	if (napi_get_value_string_utf16(env, value, NULL, 0, &length) != napi_ok)
		return throw_argument(env, "expected a string"), false;
	char16_t *units = malloc((length + 1) * sizeof *units);
	*out = malloc(3 * length + 1);
	if (!units || !*out) {
		free(units);
		free(*out);
		*out = NULL;
		return throw_argument(env, "out of memory"), false;
	}
	napi_get_value_string_utf16(env, value, units, length + 1, &length);
	for (size_t i = 0; i < length; i++) {
		uint32_t c = units[i];
		if (c >= 0xd800 && c <= 0xdbff && i + 1 < length && units[i + 1] >= 0xdc00 && units[i + 1] <= 0xdfff)
			c = 0x10000 + ((c - 0xd800) << 10) + (units[++i] - 0xdc00);
		at += write_character(c, *out + at);
	}
	(*out)[at] = 0;
	free(units);
	return true;
}

bool read_bytes(napi_env env, napi_value value, void **data, size_t *size) {
	napi_typedarray_type type;
	size_t length, offset, unit = 1;
	napi_value buffer;
	if (napi_get_typedarray_info(env, value, &type, &length, data, &buffer, &offset) != napi_ok)
		return throw_argument(env, "expected a typed array"), false;
	if (type == napi_int16_array || type == napi_uint16_array) unit = 2;
	if (type == napi_int32_array || type == napi_uint32_array || type == napi_float32_array) unit = 4;
	if (type == napi_float64_array || type == napi_bigint64_array || type == napi_biguint64_array) unit = 8;
	*size = length * unit;
	return true;
}

napi_value make_int(napi_env env, int64_t value) {
	napi_value result = NULL;
	napi_create_int64(env, value, &result);
	return result;
}

napi_value make_u64(napi_env env, uint64_t value) {
	napi_value result = NULL;
	napi_create_bigint_uint64(env, value, &result);
	return result;
}

static void release(napi_env env, void *data, void *hint) {
	(void)env;
	(void)hint;
	free(data);
}

napi_value make_buffer(napi_env env, void *data, size_t size) {
	napi_value result = NULL;
	if (size == 0) {
		free(data);
		napi_create_buffer(env, 0, NULL, &result);
		return result;
	}
	if (napi_create_external_buffer(env, size, data, release, NULL, &result) == napi_ok) return result;
	/* A runtime that forbids external memory (Electron) takes a copy. */
	napi_create_buffer_copy(env, size, data, NULL, &result);
	free(data);
	return result;
}
